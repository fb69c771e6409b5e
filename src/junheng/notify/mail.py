"""E-mail over SMTP, with the certificate of the server checked."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from junheng.notify.config import Channel, Mail
from junheng.notify.delivery import NotDeliveredError, of_network
from junheng.notify.notice import Message

# Below it lie the answers that a later try may change.
FOR_GOOD = 500


def send_mail(channel: Channel, message: Message, seconds: float, now: float) -> None:
    """Hand in a message at the time `now`. Raises NotDeliveredError, also when one of the readers is refused."""
    mail = channel.mail
    if mail is None:
        raise ValueError(channel.kind)  # the reader of the file has seen to it
    try:
        context = ssl.create_default_context(cafile=str(channel.ca_file) if channel.ca_file else None)
        with _connect(mail, seconds, context) as server:
            if mail.security == "starttls":
                server.starttls(context=context)
            if mail.user and mail.password:
                server.login(mail.user, mail.password.reveal())
            refused = server.send_message(compose(mail, message, now))
    except smtplib.SMTPAuthenticationError as error:
        raise NotDeliveredError("login", error.smtp_code) from None
    except smtplib.SMTPResponseException as error:
        raise NotDeliveredError("smtp", error.smtp_code, again=error.smtp_code < FOR_GOOD) from None
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise NotDeliveredError("reader_refused", code, again=code < FOR_GOOD) from None
    except smtplib.SMTPServerDisconnected:
        raise NotDeliveredError("unreachable", again=True) from None
    except smtplib.SMTPException:
        raise NotDeliveredError("smtp_lacks") from None
    except OSError as error:
        raise of_network(error) from None
    if refused:
        # The others have the message: another try would send it to them twice.
        raise NotDeliveredError("reader_refused", next(iter(refused.values()))[0])


def compose(mail: Mail, message: Message, now: float) -> EmailMessage:
    """The message as e-mail in UTF-8; nothing in it can become a header of its own."""
    written = EmailMessage()
    written["Subject"] = " ".join(message.title.split())
    written["From"] = _address(mail.sender)
    written["To"] = [_address(one) for one in mail.to]
    written["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    written["Message-ID"] = make_msgid(domain="junheng.invalid")
    written["Auto-Submitted"] = "auto-generated"
    written.set_content(message.text, cte="base64")
    return written


def _address(text: str) -> Address:
    name, _, domain = text.rpartition("@")
    return Address(username=name, domain=domain)


def _connect(mail: Mail, seconds: float, context: ssl.SSLContext) -> smtplib.SMTP:
    if mail.security == "tls":
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=seconds, context=context)
    return smtplib.SMTP(mail.host, mail.port, timeout=seconds)
