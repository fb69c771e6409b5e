"""Messages on their way: what is posted, which answers mean yes, how often it is tried, and that nothing leaks."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import hmac
import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from junheng.messages import Messages
from junheng.notify.config import Channel, Mail
from junheng.notify.delivery import Delivery
from junheng.notify.notice import Message
from junheng.notify.secret import Secret
from junheng.notify.send import errand, send_all
from junheng.notify.webhooks import shortened, webhook_sign
from junheng.watch.watched_build import in_words
from tests.operations.loopback import Webhook, mail_server, make_certificate, webhook

MESSAGE = Message("标题", "第一行\n第二行", {"source": "junheng", "event": "failed"})
NO_PAUSE = (0.0, 0.0)


@pytest.fixture
def server() -> Iterator[Webhook]:
    with webhook() as state:
        yield state


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def send(channel: Channel, seconds: float = 5.0, message: Message = MESSAGE) -> Delivery:
    return send_all([errand(channel, "failed", message)], seconds, NO_PAUSE)[0]


def robot(kind: str, url: str, secret: str | None = None, ca_file: Path | None = None) -> Channel:
    return Channel(kind, kind, ("failed",), Secret(url), Secret(secret) if secret else None, ca_file=ca_file)


def hmac_base64(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def test_wecom_gets_a_text(server: Webhook) -> None:
    assert send(robot("wecom", f"{server.url}/send?key=K")).sent
    assert server.asked[0].path == "/send?key=K"
    assert server.asked[0].json == {"msgtype": "text", "text": {"content": "标题\n第一行\n第二行"}}


def test_dingtalk_signs_the_address_and_encodes_the_signature_once(server: Webhook) -> None:
    before = time.time()
    assert send(robot("dingtalk", f"{server.url}/robot/send?access_token=T", "SEC1")).sent
    query = parse_qs(urlsplit(server.asked[0].path).query, strict_parsing=True)
    (stamp,), (sign,) = query["timestamp"], query["sign"]
    assert query["access_token"] == ["T"]
    assert before - 1 <= int(stamp) / 1000 <= time.time() + 1
    assert sign == hmac_base64("SEC1", f"{stamp}\nSEC1")
    assert server.asked[0].json["text"]["content"].startswith("标题\n")


def test_feishu_signs_the_message(server: Webhook) -> None:
    server.answers = [(200, {"code": 0, "msg": "success"})]
    assert send(robot("feishu", f"{server.url}/hook/T", "SEC2")).sent
    posted = server.asked[0].json
    assert abs(int(posted["timestamp"]) - time.time()) < 5
    assert posted["sign"] == hmac_base64(f"{posted['timestamp']}\nSEC2", "")
    assert (posted["msg_type"], posted["content"]) == ("text", {"text": "标题\n第一行\n第二行"})


def test_a_generic_webhook_gets_facts_and_a_signature_over_what_was_sent(server: Webhook) -> None:
    server.answers = [(204, b"")]
    assert send(robot("webhook", f"{server.url}/in", "SEC3")).sent
    asked = server.asked[0]
    assert asked.json == {"source": "junheng", "event": "failed", "text": "第一行\n第二行"}
    stamp = int(asked.headers["X-Junheng-Timestamp"])
    assert asked.headers["X-Junheng-Signature"] == f"sha256={webhook_sign(stamp, asked.body, 'SEC3')}"


@pytest.mark.parametrize(
    ("kind", "answer", "reason", "code"),
    [
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, "robot", 310000),
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, "robot", 93000),
        ("feishu", {"code": 19021, "msg": "sign match fail"}, "robot", 19021),
        ("feishu", {"StatusCode": 0}, None, None),
        ("wecom", {"errcode": "0"}, "answer", None),
        ("wecom", {}, "answer", None),
        ("dingtalk", b"<html>log in first</html>", "answer", None),
    ],
)
def test_a_robot_that_refuses_with_http_200_has_not_delivered(
    kind: str, answer: dict[str, object] | bytes, reason: str | None, code: int | None, server: Webhook
) -> None:
    server.answers = [(200, answer)]
    delivery = send(robot(kind, server.url))
    assert (delivery.reason, delivery.code, delivery.attempts) == (reason, code, 1)


@pytest.mark.parametrize(
    ("answers", "sent", "attempts"),
    [([503, 429, 200], True, 3), ([500], False, 3), ([404], False, 1), ([403, 200], False, 1)],
)
def test_what_may_pass_is_tried_again_a_few_times(
    answers: list[int], sent: bool, attempts: int, server: Webhook
) -> None:
    server.answers = [(status, {"errcode": 0}) for status in answers]
    delivery = send(robot("wecom", server.url))
    assert (delivery.sent, delivery.attempts, len(server.asked)) == (sent, attempts, attempts)
    assert delivery.sent or (delivery.reason, delivery.code) == ("http", answers[-1] if attempts > 1 else answers[0])


def test_another_address_is_never_asked(server: Webhook) -> None:
    with webhook() as elsewhere:
        server.answers, server.headers = [(307, {})], {"Location": f"{elsewhere.url}/in"}
        delivery = send(robot("webhook", server.url, "SEC"))
        assert (delivery.reason, delivery.code) == ("http", 307)
        assert elsewhere.asked == []


def test_a_service_that_does_not_answer_holds_nothing_up(server: Webhook) -> None:
    server.delay = 5
    begun = time.monotonic()
    delivery = send(robot("wecom", server.url), seconds=0.2)
    assert (delivery.reason, delivery.attempts) == ("timeout", 3)
    assert time.monotonic() - begun < 2


def test_a_service_that_answers_a_byte_at_a_time_holds_nothing_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        import threading

        def drip() -> None:
            connection, _ = listener.accept()
            try:
                for _ in range(100):
                    connection.sendall(b"H")
                    time.sleep(0.05)
            except OSError:
                return

        threading.Thread(target=drip, daemon=True).start()
        begun = time.monotonic()
        delivery = send(robot("wecom", f"http://127.0.0.1:{listener.getsockname()[1]}"), seconds=0.3)
    assert delivery.reason == "timeout"
    assert time.monotonic() - begun < 2


def test_nobody_there_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    delivery = send(robot("wecom", f"http://127.0.0.1:{port}"))
    assert (delivery.reason, delivery.attempts) == ("unreachable", 3)


def test_a_certificate_that_nobody_trusts_is_refused_and_one_of_the_office_is_taken(certificate: Path) -> None:
    with webhook(certificate) as server:
        refused = send(robot("wecom", server.url))
        assert (refused.reason, refused.attempts, server.asked) == ("certificate", 1, [])
        assert send(robot("wecom", server.url, ca_file=certificate)).sent


def mail(port: int, security: str = "starttls", ca_file: Path | None = None) -> Channel:
    readers = ("a@example.org", "b@example.org")
    account = Mail("127.0.0.1", port, security, "junheng@example.org", readers, "user", Secret("PASSWORD1"))
    return Channel("email", "邮件", ("failed",), mail=account, ca_file=ca_file)


def test_mail_arrives_encrypted_and_readable(certificate: Path) -> None:
    with mail_server(certificate) as server:
        delivery = send(mail(server.port, ca_file=certificate), message=Message("标题\nBcc: x@example.org", "正文", {}))
    assert delivery.sent, delivery
    assert "STARTTLS" in server.said
    assert server.said.index("STARTTLS") < next(n for n, line in enumerate(server.said) if line.startswith("AUTH"))
    (text,) = server.messages
    message = email.message_from_string(text, policy=email.policy.default)
    assert message["Subject"] == "标题 Bcc: x@example.org"
    assert message["Bcc"] is None
    assert message["To"] == "a@example.org, b@example.org"
    assert message.get_content().strip() == "正文"


@pytest.mark.parametrize(
    ("refuse", "reason", "code", "attempts"),
    [
        ({"AUTH": "535 no"}, "login", 535, 1),
        ({"MAIL": "550 no"}, "smtp", 550, 1),
        ({"MAIL": "451 later"}, "smtp", 451, 3),
        ({"RCPT": "550 unknown"}, "reader_refused", 550, 1),
        ({"RCPT TO:<B@": "550 unknown"}, "reader_refused", 550, 1),
        ({"DATA": "552 too large"}, "smtp", 552, 1),
    ],
)
def test_what_a_mail_server_refuses_is_said(
    refuse: dict[str, str], reason: str, code: int, attempts: int, certificate: Path
) -> None:
    with mail_server(certificate) as server:
        server.refuse = refuse
        delivery = send(mail(server.port, ca_file=certificate))
    assert (delivery.reason, delivery.code, delivery.attempts) == (reason, code, attempts)


def test_mail_is_not_sent_unencrypted_or_to_a_stranger(certificate: Path) -> None:
    with mail_server(certificate) as server:
        assert send(mail(server.port)).reason == "certificate"
    with mail_server(certificate, encrypted=False) as server:
        assert send(mail(server.port, ca_file=certificate)).reason == "smtp_lacks"
        assert not any("AUTH" in line for line in server.said)


def test_no_secret_is_in_anything_that_is_said_or_logged(
    server: Webhook, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers = [(200, {"errcode": 310000, "errmsg": "TOKEN1 SECRET1"})]
    channels = [
        robot("dingtalk", f"{server.url}/TOKEN1?access_token=TOKEN1", "SECRET1"),
        robot("wecom", "http://127.0.0.1:1/TOKEN1?key=TOKEN1"),
        robot("wecom", "https://TOKEN1.invalid/TOKEN1"),
        robot("wecom", "http://127.0.0.1:99999/TOKEN1"),
        mail(1),
        Channel("apprise", "other", ("failed",), Secret("json://127.0.0.1:1/TOKEN1?+X=SECRET1")),
        Channel("apprise", "wrong", ("failed",), Secret("dingtalk://TOKEN1!!!SECRET1")),
    ]
    deliveries = send_all([errand(one, "failed", MESSAGE) for one in channels], 0.3, NO_PAUSE)
    assert not any(delivery.sent for delivery in deliveries)
    said = [in_words(one, Messages(language)) for one in deliveries for language in ("zh", "en")]
    said += [str(one.as_json()) for one in deliveries] + [repr(channels), caplog.text, *capfd.readouterr()]
    leaked = [text for text in said if any(word in text for word in ("TOKEN1", "SECRET1", "PASSWORD1"))]
    assert leaked == []


def test_apprise_takes_the_other_services(server: Webhook) -> None:
    assert send(Channel("apprise", "other", ("failed",), Secret(f"json://{urlsplit(server.url).netloc}/x"))).sent
    assert (server.asked[0].path, server.asked[0].json["title"]) == ("/x", "标题")


def test_one_channel_that_fails_does_not_hold_the_others(server: Webhook) -> None:
    channels = [robot("wecom", "http://127.0.0.1:1"), robot("wecom", server.url)]
    found = send_all([errand(one, "failed", MESSAGE) for one in channels], 2.0, NO_PAUSE)
    assert [one.sent for one in found] == [False, True]


def test_a_long_text_is_cut_at_a_sign() -> None:
    assert shortened("数" * 10, 30) == "数" * 10
    cut = shortened("数" * 11, 30)
    assert cut == "数" * 9 + "…"
    assert len(cut.encode()) <= 30
