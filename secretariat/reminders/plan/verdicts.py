"""What a mail server's words mean for the address that was written to. Pure.

Only what speaks of the address counts against it. What speaks of our text, of our server or of a full mailbox says that
this mail did not arrive; after two such in a row staff are asked, since nobody but a person can tell why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

# gone: the address is no good. returned: this mail did not arrive, another may. delayed: it is still tried. unclear: it
# is for a person to read.
Verdict = Literal["gone", "returned", "delayed", "unclear"]

# RFC 3463 §3.2 and RFC 7505: no such mailbox, no such system, moved without a new address, a domain without mail.
OF_THE_ADDRESS = ("5.1.1", "5.1.2", "5.1.6", "5.1.10")
# Codes that leave it to the words. Others have said what they mean: full, too long, refused by policy.
OPEN_TO_WORDS = re.compile(r"5\.[0-5]\.0|5\.2\.1|5\.4\.\d+|")
# The basic code of a refusal, and the enhanced one where the server says it (RFC 2034 §4).
REFUSAL = re.compile(r"5\d\d[ -](?:(5\.\d{1,3}\.\d{1,3})\b)?")
ENHANCED = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
UNTOLD = re.compile(r"https?://\S+|\S+@\S+")  # links and addresses hold words that say nothing

# What is said of our text, our server or our sender, in whatever code.
OF_US = re.compile(
    r"\b(spam|junk|dmarc|dkim|spf|virus|malware|policy|reputation|black-?list|block-?list|block(ed|ing)|rbl|quota|"
    r"over (the )?limit|too many|frequen|rate limit|relay|sender|mail from|greylist|size limit|too large|content)"
    r"|спам|вирус|политик|отправител|переполнен|квот|чёрн|черн\w+ спис"
    r"|垃圾|病毒|频率|频繁|超过|超出|策略|发件人|黑名单|已满|空间不足|容量",
    re.IGNORECASE,
)
THING = r"(user|recipient|mailbox|address|account|e-?mail|local part|domain|host)"
OF_IT = re.compile(
    rf"\b(no such|unknown|invalid|non-?existent|bad destination|unrouteable|unroutable)( \w+)? {THING}"
    rf"|\b{THING}s?( \S+){{0,8}}? (is )?(unknown|not found|not exist|not known|invalid|inactive|disabled|deleted)\b"
    rf"|\b{THING}s?( \S+){{0,8}}? (does not|doesn.t|no longer) (exist|have|valid|active|available|in use)"
    r"|\b(does not|doesn.t) (have an? \S+ account|exist)|\bno (mailbox|such person|account) \w+|not (our|a) customer"
    r"|no mailbox here by that name|\bnot listed in|not a known user|user does ?n.t|has left the"
    r"|(пользовател|получател|ящик|адрес|домен)\w*( \S+){0,5}? (не найден|не существует|не зарегистрирован|отключ|удал)"
    r"|(нет такого|неизвестный|несуществующ\w+) (пользовател|получател|адрес|почтов|ящик|домен)"
    r"|(用户|收件人|邮箱|帐号|账号|账户|地址|域名)[^。;；]{0,12}(不存在|未找到|无效|停用|注销|找不到)"
    r"|(无此|没有此|不存在的|未知)(用户|收件人|邮箱|帐号|账号)|查无此人",
    re.IGNORECASE,
)
WAITS = re.compile(
    r"will (be retried|keep trying|continue)|still (being )?(trying|tried|retried)|has been delayed|do not need to resend"
    r"|повторн\w+ попытк|задержан|稍后重试|延迟",
    re.IGNORECASE,
)


def verdict_of(action: str, status: str, words: str = "") -> Verdict | None:
    """By RFC 3464 §2.3.3, RFC 3463 and what the server says; None where the mail arrived or went on."""
    match action.lower():
        case "delayed":
            return "delayed"
        case "failed":
            return "gone" if speaks_of_the_address(status, words) else "returned"
    return None


def speaks_of_the_address(status: str, words: str) -> bool:
    """Whether a refusal says that the address is no good: by its code, or by words where the code leaves it open."""
    words = " ".join(UNTOLD.sub(" ", words).split())
    if OF_US.search(words):
        return False
    if status in OF_THE_ADDRESS:
        return True
    return OPEN_TO_WORDS.fullmatch(status) is not None and OF_IT.search(words) is not None


def is_no_mailbox(reply: str) -> bool:
    """Whether a server that refuses a mail in the conversation says that the address is no good."""
    found = REFUSAL.match(reply)
    return found is not None and speaks_of_the_address(found[1] or "", reply[found.end() :])


def verdict_in(words: str) -> tuple[Verdict | None, str]:
    """What a text without a standard says, and its code, if it names one; None where it says nothing that we know."""
    found = ENHANCED.search(UNTOLD.sub(" ", words))
    status = found[1] if found else ""
    if speaks_of_the_address(status, words):
        return "gone", status
    if WAITS.search(words):
        return "delayed", status
    return ("returned" if status.startswith("5.") or re.search(r"\b55\d\b", words) else None), status


def is_in_doubt(came_back: Sequence[bool]) -> bool:
    """Whether staff are to be asked about an address: the last two mails to it both came back. The newest first."""
    return len(came_back) > 1 and all(came_back[:2])
