//! A TCP connection, and TLS on it, with the time that each took, or a UDP socket: for all probes whose protocol begins so,
//! and for what tells people.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, ProtocolVersion, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use super::certificate::{Shown, judge};
use super::{Answer, CertificateFault, Failure, Measurement, Metric, Outcome, add_said, one_line};
use crate::config::TlsPeer;

/// What goes to and fro, in plain text or under TLS.
pub(crate) trait Octets: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Octets for T {}

/// Connects; `timeout` is only said, the caller keeps to it.
pub(crate) async fn connect(
    targets: &[SocketAddr],
    timeout: Duration,
    answer: &mut Answer,
) -> Result<TcpStream, Failure> {
    let started = Instant::now();
    let stream = TcpStream::connect(targets).await.map_err(|error| Failure::from_io(&error, timeout))?;
    answer.measurements.push(Measurement::time(Metric::ConnectTime, started.elapsed()));
    // Small messages that wait for each other would measure Nagle's algorithm (RFC 9293, 3.7.4) and not the server.
    stream.set_nodelay(true).map_err(|error| Failure::from_io(&error, timeout))?;
    Ok(stream)
}

/// A UDP socket that hears nobody but `target`.
pub(super) async fn connected(target: SocketAddr) -> std::io::Result<UdpSocket> {
    let any = if target.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind::<SocketAddr>(any).await?;
    socket.connect(target).await?;
    Ok(socket)
}

/// Puts TLS on a connection and judges the other side's certificate.
///
/// What is good but will not be for long becomes the outcome of `answer`; what was agreed and shown goes into its `said`.
///
/// # Errors
/// [`Failure::Protocol`] when there is no handshake, [`Failure::Certificate`] when the other side is not to be trusted.
pub(crate) async fn secure(
    stream: Box<dyn Octets>,
    peer: &TlsPeer,
    answer: &mut Answer,
) -> Result<Box<dyn Octets>, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let witness = Arc::new(Witness { provider: Arc::clone(&provider), unproven: OnceLock::new() });
    let configuration = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::Local { detail: error.to_string() })?
        .dangerous()
        .with_custom_certificate_verifier(Arc::<Witness>::clone(&witness))
        .with_no_client_auth();
    let started = Instant::now();
    let connecting = TlsConnector::from(Arc::new(configuration)).connect(peer.name.clone(), stream);
    let stream = connecting.await.map_err(|error| broken(&error))?;
    answer.measurements.push(Measurement::time(Metric::TlsTime, started.elapsed()));
    let (_, session) = stream.get_ref();
    let chain =
        session.peer_certificates().unwrap_or_default().iter().map(|shown| shown.clone().into_owned()).collect();
    let version = match session.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "TLS",
    };
    let judgement = judge(&Shown { chain, unproven: witness.unproven.get().cloned() }, peer, Timestamp::now());
    add_said(answer, &format!("{version}, {}", judgement.description));
    if let Some(remaining) = judgement.remaining {
        answer.measurements.push(Measurement::new(Metric::CertificateRemaining, remaining.as_secs_f64()));
    }
    match judgement.fault {
        None => Ok(Box::new(stream)),
        Some(fault @ CertificateFault::ExpiresSoon { .. }) => {
            answer.outcome = Outcome::Impaired(Failure::Certificate { fault });
            Ok(Box::new(stream))
        }
        Some(fault) => Err(Failure::Certificate { fault }),
    }
}

/// What an error says of a connection that stood.
pub(super) fn broken(error: &std::io::Error) -> Failure {
    Failure::Protocol { detail: one_line(error.to_string().as_bytes()) }
}

/// Lets every handshake come to its end, so that it can be judged afterwards and people can be told all of what is wrong:
/// [`secure`] gives no connection away that [`judge`] has not found good.
#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    /// Why the other side has not proven that it has the certificate's key.
    unproven: OnceLock<String>,
}

impl Witness {
    fn note(&self, proven: Result<HandshakeSignatureValid, rustls::Error>) -> HandshakeSignatureValid {
        if let Err(error) = proven {
            // Only the first matters, and there is only one in a handshake.
            let _ = self.unproven.set(one_line(error.to_string().as_bytes()));
        }
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        Ok(self.note(rustls::crypto::verify_tls12_signature(message, certificate, signature, known)))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        Ok(self.note(rustls::crypto::verify_tls13_signature(message, certificate, signature, known)))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.provider.signature_verification_algorithms.supported_schemes();
        // With these no server proves anything to us; they are offered so that its certificate can be seen and named.
        schemes.extend([
            SignatureScheme::ECDSA_NISTP521_SHA512,
            SignatureScheme::RSA_PKCS1_SHA1,
            SignatureScheme::ECDSA_SHA1_Legacy,
        ]);
        schemes
    }
}
