"""Certificates made for one test, and a relay that speaks TLS in front of a server that does not."""
import contextlib
import datetime
import ipaddress
import select
import socket
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness.processes import free_port

DAY = datetime.timedelta(days=1)


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


class Authority:
    """A certificate authority: its own certificate is in `file`."""

    def __init__(self, folder, name):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.file = folder, folder / f"{name}.pem"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._certificate(self.name, self.key.public_key(), 10 * DAY).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(self.key, hashes.SHA256())
        self.file.write_bytes(_pem(certificate))

    def server(self, host="127.0.0.1", ends_in=DAY):
        """A server's certificate and key in one file; one that `ends_in` less than nothing has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            name = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a server")])
        certificate = self._certificate(subject, key.public_key(), ends_in).add_extension(
            x509.SubjectAlternativeName([name]), critical=False).sign(self.key, hashes.SHA256())
        file = self.folder / f"server-{certificate.serial_number:x}.pem"
        file.write_bytes(_pem(certificate) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return file

    def _certificate(self, subject, public_key, ends_in):
        now = datetime.datetime.utcnow()
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public_key)
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - 5 * DAY).not_valid_after(now + ends_in))


class TlsRelay:
    """https:// in front of a server on loopback that speaks http://, with a certificate of the test's choice."""

    def __init__(self, target_port, certificate):
        self.target = ("127.0.0.1", target_port)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(near.close)
            near = stack.enter_context(self.context.wrap_socket(near, server_side=True))
            far = stack.enter_context(socket.create_connection(self.target))
            while True:
                # (What has been taken off the wire is not seen by select.)
                for source in [near] if near.pending() else select.select([near, far], [], [])[0]:
                    piece = source.recv(65536)
                    if not piece:
                        return
                    (far if source is near else near).sendall(piece)
