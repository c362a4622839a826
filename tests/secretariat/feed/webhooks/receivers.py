"""Real receivers: HTTP and HTTPS servers in threads of the test, which answer as they are told and keep what they got."""

import json
import socket
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """Answers the next request with the first of `answers` (the last one stays): a status, (status, headers, body), or
    a word: drop, hang, drip, huge, proof (the challenge of a test). `got` holds (headers, body) of each."""

    def __init__(self, certificate=None):
        self.answers, self.got, self.moments = ["proof"], [], []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                receiver.moments.append(time.monotonic())
                receiver.answer(self, body)

            def do_GET(self):
                receiver.got.append(("GET", self.path))

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if certificate else 'http'}://localhost:{self.port}/hook"
        self.is_done = threading.Event()
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.is_done.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler, body):
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        try:
            match told:
                case "drop":
                    handler.connection.shutdown(socket.SHUT_RDWR)
                case "hang":
                    self.is_done.wait(30)
                case "drip":
                    while not self.is_done.wait(0.2):
                        handler.wfile.write(b"H")
                case "huge":
                    handler.send_response(200)
                    handler.end_headers()
                    for _n in range(100_000):
                        handler.wfile.write(b"x" * 10_000)
                case "proof":
                    data = json.loads(body)["data"]
                    self.say(handler, 200, {}, json.dumps({"challenge": data.get("challenge")}))
                case int():
                    self.say(handler, told, {}, "as told")
                case _:
                    self.say(handler, *told)
        except OSError:
            pass

    def say(self, handler, status, headers, text):
        handler.send_response(status)
        for name, value in {"content-length": str(len(text.encode())), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text.encode())

    @property
    def told(self):
        """(type, data) of each message, in order of arrival."""
        return [(json.loads(body)["type"], json.loads(body)["data"]) for _headers, body in self.got]


def certificate(folder, name="localhost"):
    """A key and a certificate that vouches for itself, in one file."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert,
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"],
        check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_text(key.read_text() + cert.read_text())
    return both, cert
