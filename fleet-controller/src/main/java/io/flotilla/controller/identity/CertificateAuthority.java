package io.flotilla.controller.identity;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.identity.CertificateForm.Issuer;
import io.flotilla.controller.identity.CertificateForm.Leaf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * The fleet's own certificate authority, in one folder: {@code ca.pem} and {@code ca-key.pem}, the
 * API's and embedded broker's {@code server.pem} and {@code server-key.pem} (chain with the
 * authority, so that a device can compare it with its claim), and the controller's MQTT identity
 * {@code controller.pem} and {@code controller-key.pem}. What is there is used again; what is
 * missing, about to expire or for other host names is issued anew. Keys are EC P-256, of mode 600
 * from creation. Thread-safe.
 */
public final class CertificateAuthority {
  /** Common name and MQTT client id of the controller; no device can be called so. */
  public static final String CONTROLLER = "controller";

  /** Organisational unit of devices' certificates. */
  public static final String DEVICE_UNIT = "device";

  private static final Duration AUTHORITY_LIFE = Duration.ofDays(20L * 365);
  private static final Duration SERVICE_LIFE = Duration.ofDays(2L * 365);

  /** Devices renew theirs once a third of this is left. */
  private static final Duration DEVICE_LIFE = Duration.ofDays(2L * 365);

  private static final Duration RENEW_BEFORE = Duration.ofDays(60);
  private static final List<String> LOCAL_HOSTS = List.of("localhost", "127.0.0.1");
  private static final String SIGNATURE = "SHA256withECDSA";
  private static final int SAN_VALUE = 1;

  private final Path folder;
  private final Clock clock;
  private final CertificateForm form;
  private final X509Certificate certificate;
  private final Issuer issuer;
  private final TlsIdentity server;
  private final TlsIdentity controller;

  private CertificateAuthority(
      Path folder, Collection<String> hosts, Clock clock, CertificateForm form)
      throws IOException, GeneralSecurityException {
    this.folder = folder;
    this.clock = clock;
    this.form = form;
    PrivateFiles.makeFolder(folder);
    Path caFile = folder.resolve("ca.pem");
    // The certificate is written last: without it there is no authority yet, whatever else is
    // there.
    if (!Files.exists(caFile)) {
      found(caFile);
    }
    this.certificate = Pem.parseCertificates(Files.readAllBytes(caFile)).getFirst();
    PrivateKey key = Pem.parseKey(PrivateFiles.readSecret(folder.resolve("ca-key.pem")));
    if (!belongTogether(key, certificate)) {
      throw new GeneralSecurityException("ca-key.pem is not the key of ca.pem");
    }
    this.issuer =
        new Issuer(
            X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
            key,
            SubjectPublicKeyInfo.getInstance(certificate.getPublicKey().getEncoded()));
    Set<String> names = withLocal(hosts);
    this.server = service(folder, "server", serverForm(names));
    this.controller =
        service(
            folder,
            CONTROLLER,
            new Leaf(
                CertificateForm.name(CONTROLLER, CONTROLLER),
                KeyPurposeId.id_kp_clientAuth,
                Set.of(),
                clock.instant().plus(SERVICE_LIFE)));
  }

  /**
   * Opens the authority in this folder, and founds it if there is none.
   *
   * @param hosts names and addresses of this machine, beside localhost and 127.0.0.1
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if the folder holds something else, or
   *     others can read a key; {@code STORAGE_FAILED} if it cannot be read or written
   */
  public static CertificateAuthority open(
      Path folder, Collection<String> hosts, Clock clock, SecureRandom random) {
    try {
      return new CertificateAuthority(folder, hosts, clock, new CertificateForm(random));
    } catch (IOException e) {
      throw cannotUse(folder, e);
    } catch (GeneralSecurityException e) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID,
          "the folder %s does not hold a usable authority: restore it from a backup"
              .formatted(folder),
          e);
    }
  }

  private void found(Path caFile) throws IOException, GeneralSecurityException {
    KeyPair key = form.newKey();
    Instant now = clock.instant();
    X509Certificate self =
        form.authority(
            CertificateForm.name("authority", "Flotilla fleet authority"),
            key,
            now,
            now.plus(AUTHORITY_LIFE));
    PrivateFiles.writeSecret(folder.resolve("ca-key.pem"), ascii(Pem.key(key.getPrivate())));
    PrivateFiles.writePublic(caFile, ascii(Pem.certificates(List.of(self))));
  }

  /** The authority's certificate in PEM form. */
  public String pem() {
    try {
      return Pem.certificates(List.of(certificate));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("what was parsed can be encoded", e);
    }
  }

  /** SHA-256 of the authority's certificate in DER form, in hexadecimal: what claims carry. */
  public String fingerprint() {
    try {
      return Digest.of(certificate.getEncoded()).hex();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("what was parsed can be encoded", e);
    }
  }

  /** File of the authority's certificate. */
  public Path file() {
    return folder.resolve("ca.pem");
  }

  /** File of the server's certificate chain. */
  public Path serverFile() {
    return folder.resolve("server.pem");
  }

  /** File of the server's key. */
  public Path serverKeyFile() {
    return folder.resolve("server-key.pem");
  }

  /** The server's end of a TLS connection. */
  public TlsIdentity server() {
    return server;
  }

  /** The controller's end of its MQTT connection. */
  public TlsIdentity controller() {
    return controller;
  }

  /**
   * A certificate, issued but not handed out.
   *
   * @param pem the certificate
   * @param serial its serial number in hexadecimal
   */
  record Issued(String pem, String serial) {}

  /** Issues a device's certificate: the key is the request's, everything else is decided here. */
  Issued issueDevice(CertificateRequest request, String deviceId) {
    Instant now = clock.instant();
    Leaf leaf =
        new Leaf(
            CertificateForm.name(DEVICE_UNIT, deviceId),
            KeyPurposeId.id_kp_clientAuth,
            Set.of(),
            now.plus(DEVICE_LIFE));
    try {
      X509Certificate issued = form.leaf(issuer, request.key(), leaf, now);
      return new Issued(Pem.certificates(List.of(issued)), issued.getSerialNumber().toString(16));
    } catch (GeneralSecurityException e) {
      throw new FlotillaException(
          ErrorCode.CSR_INVALID, "no certificate can be issued for this request", e);
    }
  }

  /**
   * Writes what another broker needs to take part: {@code ca.pem}, {@code broker.pem} and, of mode
   * 600, {@code broker-key.pem}. What is there and fits is kept.
   *
   * @param hosts names and addresses under which clients reach that broker, beside localhost
   * @throws FlotillaException {@code STORAGE_FAILED}
   */
  public void writeBrokerFiles(Path target, Collection<String> hosts) {
    try {
      PrivateFiles.makeFolder(target);
      PrivateFiles.writePublic(target.resolve("ca.pem"), ascii(pem()));
      service(target, "broker", serverForm(withLocal(hosts)));
    } catch (IOException | GeneralSecurityException e) {
      throw cannotUse(target, e);
    }
  }

  private Leaf serverForm(Set<String> hosts) {
    return new Leaf(
        CertificateForm.name("server", "flotilla"),
        KeyPurposeId.id_kp_serverAuth,
        hosts,
        clock.instant().plus(SERVICE_LIFE));
  }

  private TlsIdentity service(Path target, String name, Leaf leaf)
      throws IOException, GeneralSecurityException {
    Path certificateFile = target.resolve(name + ".pem");
    Path keyFile = target.resolve(name + "-key.pem");
    Optional<TlsIdentity> present = load(certificateFile, keyFile);
    if (present.isPresent() && usable(present.get(), leaf)) {
      return present.get();
    }
    KeyPair key = form.newKey();
    X509Certificate issued =
        form.leaf(
            issuer,
            SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()),
            leaf,
            clock.instant());
    List<X509Certificate> chain = List.of(issued, certificate);
    PrivateFiles.writeSecret(keyFile, ascii(Pem.key(key.getPrivate())));
    PrivateFiles.writePublic(certificateFile, ascii(Pem.certificates(chain)));
    return new TlsIdentity(key.getPrivate(), chain, certificate);
  }

  private Optional<TlsIdentity> load(Path certificateFile, Path keyFile)
      throws IOException, GeneralSecurityException {
    if (!Files.exists(certificateFile) || !Files.exists(keyFile)) {
      return Optional.empty();
    }
    return Optional.of(
        new TlsIdentity(
            Pem.parseKey(PrivateFiles.readSecret(keyFile)),
            Pem.parseCertificates(Files.readAllBytes(certificateFile)),
            certificate));
  }

  private boolean usable(TlsIdentity identity, Leaf leaf) throws GeneralSecurityException {
    X509Certificate present = identity.chain().getFirst();
    try {
      present.verify(certificate.getPublicKey());
    } catch (GeneralSecurityException e) {
      return false; // of an authority that was here before
    }
    return belongTogether(identity.key(), present)
        && present.getNotAfter().toInstant().isAfter(clock.instant().plus(RENEW_BEFORE))
        && hosts(present).containsAll(leaf.hosts());
  }

  private static Set<String> hosts(X509Certificate of) throws GeneralSecurityException {
    return Optional.ofNullable(of.getSubjectAlternativeNames()).orElse(List.of()).stream()
        .map(name -> String.valueOf(name.get(SAN_VALUE)))
        .collect(Collectors.toSet());
  }

  private static boolean belongTogether(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    byte[] probe = ascii("do these belong together?");
    Signature signature = Signature.getInstance(SIGNATURE);
    signature.initSign(key);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(probe);
    return signature.verify(signed);
  }

  private static Set<String> withLocal(Collection<String> hosts) {
    Set<String> all = new TreeSet<>(LOCAL_HOSTS);
    all.addAll(hosts);
    return all;
  }

  private static FlotillaException cannotUse(Path folder, Exception cause) {
    return new FlotillaException(
        ErrorCode.STORAGE_FAILED,
        "the folder %s cannot be used for keys and certificates".formatted(folder),
        cause);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
