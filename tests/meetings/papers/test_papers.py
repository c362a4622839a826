"""Papers: symbols that are never given twice, languages that are all there, texts that stay as they were issued."""

import hashlib
import io
import resource
from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, transaction
from django.utils import timezone

from meetings.models import Document, LanguageVersion, SymbolCounter, SymbolScheme, TakenSymbol
from meetings.papers.acts import (
    FileChanged,
    add_version,
    follow_document,
    issue_document,
    plan_issue,
    save_document,
    stored_file,
    withdraw_document,
)
from meetings.papers.refusals import (
    AnotherTrack,
    FileRefused,
    LanguagesMissing,
    NoScheme,
    NoSymbol,
    NotADraft,
    NothingThere,
    NotIssued,
    ReplacedAlready,
    VersionIssued,
    Withdrawn,
)
from rotation.history import history_of
from tests.factories import MeetingFactory, SymbolSchemeFactory, TrackFactory, UserFactory
from tests.meetings.papers.files import PDF, office, text

pytestmark = pytest.mark.django_db
LATER = date(2027, 4, 20)


def follow(document, suffix):
    return follow_document(document.pk, suffix=suffix, titles=document.titles, dated_on=LATER, actor=None)


def add(document, language="zh", content=PDF, name="draft.pdf", actor=None):
    return add_version(document.pk, language=language, file=io.BytesIO(content), name=name, actor=actor)


def kept_files(settings):
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_symbols_count_by_year_and_nature(draft):
    symbols = [
        draft().symbol_id,
        draft().symbol_id,
        draft(nature="L.").symbol_id,
        draft(dated_on=date(2028, 1, 1)).symbol_id,
        draft(nature="L.").symbol_id,
    ]
    assert symbols == ["CCA/2027/1", "CCA/2027/2", "CCA/2027/L.1", "CCA/2028/1", "CCA/2027/L.2"]


def test_a_track_with_a_scheme_of_its_own_counts_for_itself(draft, track):
    SymbolSchemeFactory(
        mechanism=track.mechanism,
        track=track,
        series="FM",
        pattern="{body}/{series}({session})/{nature}{number}",
    )
    meeting = MeetingFactory(track=track, ordinal=7)
    assert draft(meeting=meeting, nature="L.").symbol_id == "CCA/FM(7)/L.1"
    with pytest.raises(NoSymbol, match="“session”"):
        draft()
    assert draft(track=TrackFactory(mechanism=track.mechanism)).symbol_id == "CCA/2027/1"


def test_the_symbol_of_a_paper_that_failed_or_was_withdrawn_is_not_given_again(draft, monkeypatch):
    withdraw_document(draft().pk, actor=None, reason="registered twice")
    with pytest.raises(DatabaseError):
        draft(required_languages=[])
    assert draft().symbol_id == "CCA/2027/3"
    assert list(TakenSymbol.objects.values_list("text", flat=True)) == [f"CCA/2027/{n}" for n in (1, 2, 3)]


def test_a_changed_scheme_passes_over_the_symbols_of_the_former(draft, track):
    for _time in range(12):
        draft()
    SymbolScheme.objects.update(pattern="{body}/{year}/1{number}")
    assert [draft().symbol_id for _time in range(4)] == [f"CCA/2027/{n}" for n in (13, 14, 15, 16)]


def test_a_track_without_a_scheme_and_a_nature_that_is_not_in_it_are_refused(draft, track):
    with pytest.raises(NoSymbol, match="nature"):
        draft(nature="X.")
    SymbolScheme.objects.all().delete()
    with pytest.raises(NoScheme):
        draft()
    assert not Document.objects.exists()


def test_a_paper_is_of_the_track_of_its_meeting(draft):
    with pytest.raises(AnotherTrack):
        draft(meeting=MeetingFactory())


def test_a_new_paper_wants_the_languages_of_its_scheme(draft):
    document = draft("ru")
    assert (document.required_languages, document.authentic_languages) == (["zh", "ru"], ["zh", "ru"])
    assert document.missing_languages == ["zh"]
    assert draft(required_languages=["ru", "en"]).authentic_languages == ["ru"]


def test_a_file_is_kept_under_a_random_name_with_its_checksum(draft, settings, user):
    document = draft()
    version = add(document, name="../../Проект.pdf", actor=user)
    (path,) = kept_files(settings)
    assert (version.name, version.extension, version.size) == ("Проект.pdf", "pdf", len(PDF))
    assert version.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (path.name.isalnum(), len(path.name), path.suffix) == (True, 32, "")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert stored_file(version).read() == PDF


def test_a_later_version_of_a_draft_replaces_the_earlier_which_is_kept(draft):
    document = draft("zh", "ru")
    second = add(document)
    shown = Document.objects.with_versions().get().current_versions
    assert (second.number, shown["zh"], LanguageVersion.objects.count()) == (2, second, 3)


def test_the_very_same_file_again_changes_nothing(draft, settings):
    document = draft()
    first = add(document)
    before = Document.objects.get().revision
    assert add(document, name="again.pdf") == first
    assert (Document.objects.get().revision, len(kept_files(settings))) == (before, 1)


def test_a_refused_file_is_not_kept(draft, settings):
    document = draft()
    with pytest.raises(FileRefused, match="macros"):
        add(document, content=office(**{"word/vbaProject.bin": b"x"}), name="draft.docx")
    settings.UPLOAD_MAX_MB = 0
    with pytest.raises(FileRefused, match="larger than 0 MB"):
        add(document)
    assert (kept_files(settings), LanguageVersion.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    ("command", "code"),
    [("false", "infected"), ("sh -c 'exit 2'", "scanner"), ("/no/such/scanner", "scanner"), ("'", "scanner")],
)
def test_a_file_that_the_scanner_does_not_call_clean_is_not_kept(draft, settings, command, code):
    document = draft()
    settings.UPLOAD_SCAN_COMMAND = command
    with pytest.raises(FileRefused) as refusal:
        add(document)
    assert (refusal.value.code, kept_files(settings), LanguageVersion.objects.count()) == (code, [], 0)


def test_the_scanner_reads_the_very_file_that_is_kept(draft, settings, tmp_path):
    settings.UPLOAD_SCAN_COMMAND = f"sh -c 'cp \"$0\" {tmp_path}/seen'"
    version = add(draft())
    assert (version.scan, (tmp_path / "seen").read_bytes()) == ("clean: sh", PDF)


def test_a_stored_file_that_changed_or_is_gone_is_not_served(draft, settings):
    version = add(draft())
    path = kept_files(settings)[0]
    path.write_bytes(PDF + b" ")
    with pytest.raises(FileChanged):
        stored_file(version)
    path.unlink()
    with pytest.raises(FileChanged):
        stored_file(version)


def test_a_paper_is_issued_when_all_its_languages_are_there(draft, user):
    document = issue_document(draft("zh", "ru").pk, actor=user)
    assert (document.status, document.issued_by, document.missing_at_issue) == ("issued", user, [])


def test_a_paper_without_a_language_is_issued_only_by_a_recorded_exception(draft, user):
    document = draft("ru")
    plan = plan_issue(document)
    assert (plan.missing, plan.missing_authentic, plan.is_exception) == (("zh",), ("zh",), True)
    with pytest.raises(LanguagesMissing):
        issue_document(document.pk, actor=user, exception_reason="  ")
    issued = issue_document(document.pk, actor=user, exception_reason="The ministers meet tomorrow.")
    assert (issued.missing_at_issue, issued.exception_reason) == (["zh"], "The ministers meet tomorrow.")
    last = history_of(issued)[0]
    assert (last.user, last.reason) == (user.username, "The ministers meet tomorrow.")


def test_nothing_is_issued_twice_or_without_any_text(draft, issued):
    with pytest.raises(NothingThere):
        issue_document(draft().pk, actor=None, exception_reason="x")
    with pytest.raises(NotADraft):
        issue_document(issued().pk, actor=None)


def test_what_was_issued_is_not_changed_and_a_missing_language_may_follow(draft):
    document = issue_document(draft("ru").pk, actor=None, exception_reason="The ministers meet tomorrow.")
    with pytest.raises(VersionIssued):
        add(document, "ru")
    add(document, "zh")
    with pytest.raises(NotADraft):
        save_document(document, actor=None)
    shown = Document.objects.with_versions().get()
    assert (shown.missing_languages, shown.missing_at_issue) == ([], ["zh"])


def test_a_revision_an_addendum_and_a_corrigendum_carry_the_symbol_with_a_suffix(issued, draft):
    paper = issued()
    revision = follow(paper, "Rev")
    assert (revision.symbol_id, revision.parent, revision.required_languages) == (
        "CCA/2027/1/Rev.1",
        paper,
        ["zh", "ru"],
    )
    assert [follow(paper, kind).symbol_id for kind in ("Add", "Add", "Corr")] == [
        "CCA/2027/1/Add.1",
        "CCA/2027/1/Add.2",
        "CCA/2027/1/Corr.1",
    ]
    with pytest.raises(ReplacedAlready, match=r"CCA/2027/1/Rev\.1"):
        follow(paper, "Rev")
    withdraw_document(revision.pk, actor=None, reason="a wrong file")
    assert follow(paper, "Rev").symbol_id == "CCA/2027/1/Rev.2"


def test_only_an_issued_paper_is_followed(draft):
    document = draft()
    with pytest.raises(NotIssued):
        follow(document, "Corr")
    withdraw_document(document.pk, actor=None, reason="registered twice")
    with pytest.raises(Withdrawn):
        follow(document, "Corr")


def refused_by(trigger_or_rule, change):
    with pytest.raises(DatabaseError, match=trigger_or_rule), transaction.atomic():
        change()


def test_the_database_keeps_what_was_issued(issued):
    document = issued()
    rows = Document.objects.filter(pk=document.pk)
    refused_by("Cannot update", lambda: rows.update(titles={"en": "Another"}))
    refused_by("Cannot update", lambda: rows.update(distribution="general"))
    refused_by("Cannot update", lambda: rows.update(suffix="Rev"))
    refused_by("Cannot delete", rows.delete)
    refused_by("Cannot update", lambda: LanguageVersion.objects.update(name="x"))
    refused_by("Cannot update or delete", lambda: LanguageVersion.objects.all()._raw_delete("default"))
    refused_by("Cannot update", lambda: TakenSymbol.objects.update(title="x"))
    refused_by("Cannot update", lambda: SymbolCounter.objects.update(last=0))
    refused_by("Cannot delete", lambda: SymbolCounter.objects.all().delete())
    withdraw_document(document.pk, actor=None, reason="superseded")
    refused_by("Cannot update", lambda: rows.update(status="issued", withdrawn_at=None, withdrawal_reason=""))


def test_restricted_papers_are_seen_with_a_permission_of_their_own(draft):
    open_paper, closed_paper = draft(), draft(distribution="restricted")
    officer = UserFactory()
    seen = [list(Document.objects.visible_to(officer))]
    for name in ("view_document", "read_restricted_document"):
        officer.user_permissions.add(Permission.objects.get(codename=name))
        officer = type(officer).objects.get(pk=officer.pk)
        seen.append(sorted(Document.objects.visible_to(officer), key=lambda row: row.pk))
    assert seen == [[], [open_paper], [open_paper, closed_paper]]


def test_papers_that_lack_a_required_language_are_found_by_the_database(draft, issued):
    withdraw_document(draft("ru").pk, actor=None, reason="registered twice")
    issued()
    lacking = [draft(), draft("en", "ru"), issue_document(draft("zh").pk, actor=None, exception_reason="x")]
    assert sorted(Document.objects.incomplete(), key=lambda row: row.pk) == lacking


def test_a_text_of_many_languages_is_kept_by_each(draft):
    document = draft("zh", "ru", "en", "kk")
    assert list(document.current_versions) == ["en", "kk", "ru", "zh"]
    assert stored_file(document.current_versions["kk"]).read() == text("kk").read()
    assert document.created_at <= timezone.now()


def test_a_full_disk_is_said_in_a_sentence_and_leaves_no_half_file(draft, settings):
    """The machine itself stops the writing, as a full disk does."""
    document, text = draft(), io.BytesIO(b"A line of the draft communique.\n" * 20_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(FileRefused) as refused:
            add_version(document.pk, language="zh", file=text, name="draft.txt", actor=None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (refused.value.code, "no room left" in str(refused.value)) == ("no_room", True)
    assert [each for each in Path(settings.MEDIA_ROOT).rglob("*") if each.is_file()] == []
    assert add_version(document.pk, language="zh", file=text, name="draft.txt", actor=None).number == 1
