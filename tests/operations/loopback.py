"""Small servers on this machine: a webhook that answers as it is told, a mail server that keeps what it gets."""

from __future__ import annotations

import datetime
import ipaddress
import json
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Asked:
    """A request as the server got it."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Webhook:
    """What a server answers: the first of `answers`, and so on, the last one for ever; `delay` seconds before."""

    url: str = ""
    answers: list[tuple[int, dict[str, Any] | bytes]] = field(default_factory=lambda: [(200, {"errcode": 0})])
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def webhook(certificate: Path | None = None) -> Iterator[Webhook]:
    """A server for as long as the block lasts; with a certificate it speaks TLS."""
    state = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            state.asked.append(Asked(self.path, dict(self.headers), body))
            status, content = state.answers.pop(0) if len(state.answers) > 1 else state.answers[0]
            time.sleep(state.delay)
            answer = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    state.url = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class MailServer:
    """What a mail server was told. `refuse` are commands that it answers with a code instead."""

    port: int = 0
    said: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)


@contextmanager
def mail_server(certificate: Path, *, encrypted: bool = True) -> Iterator[MailServer]:
    """A mail server with STARTTLS and AUTH for as long as the block lasts."""
    state = MailServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.answer("220 here")
            while line := self.rfile.readline().decode().strip():
                state.said.append(line)
                word = line.split()[0].upper()
                refusal = next((code for start, code in state.refuse.items() if line.upper().startswith(start)), None)
                if refusal:
                    self.answer(refusal)
                elif word == "EHLO":
                    self.answer(
                        "250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS" if encrypted else "250-here\r\n250 AUTH PLAIN"
                    )
                elif word == "STARTTLS":
                    self.answer("220 go")
                    self.connection = context.wrap_socket(self.connection, server_side=True)
                    self.rfile = self.connection.makefile("rb")
                    self.wfile = self.connection.makefile("wb")
                elif word == "AUTH":
                    self.answer("235 in")
                elif word == "DATA":
                    self.answer("354 go")
                    lines = []
                    while (text := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                        lines.append(text)
                    state.messages.append("\n".join(lines))
                    self.answer("250 taken")
                elif word == "QUIT":
                    self.answer("221 bye")
                    return
                else:
                    self.answer("250 yes")

        def answer(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())
            self.wfile.flush()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            return

    server = Server(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def make_certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody trusts, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    return path
