package io.flotilla.agent.identity;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS contexts of a device: with its certificate to the broker, by fingerprint at enrolment. */
final class DeviceTls {
  private DeviceTls() {}

  /** See {@link Identity#tls}. */
  static SSLContext mutual(Path keyFile, Path certificateFile, Path authorityFile) {
    try {
      DeviceKey key = DeviceKey.load(keyFile);
      Certificate[] chain = parse(Files.readString(certificateFile)).toArray(new Certificate[0]);
      X509Certificate authority = parse(Files.readString(authorityFile)).getFirst();
      KeyStore keys = emptyStore();
      // The password guards an object in memory only; the file on disk is guarded by its mode.
      char[] password = new char[0];
      keys.setKeyEntry("device", key.secret(), password, chain);
      KeyManagerFactory keyManagers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keyManagers.init(keys, password);
      // TLS 1.2 because Paho leaks a thread for each certificate refused under 1.3.
      SSLContext context = SSLContext.getInstance("TLSv1.2");
      context.init(keyManagers.getKeyManagers(), new TrustManager[] {trusting(authority)}, null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID,
          "key or certificates beside %s are missing or damaged; enrol again".formatted(keyFile),
          e);
    }
  }

  /** A context that trusts whatever leads to the one authority with this fingerprint. */
  static SSLContext pinned(Digest authority) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new FingerprintTrust(authority)}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has TLS", e);
    }
  }

  /** The path validation of the platform with one anchor, host names included. */
  static X509ExtendedTrustManager trusting(X509Certificate authority) throws CertificateException {
    try {
      KeyStore anchors = emptyStore();
      anchors.setCertificateEntry("authority", authority);
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(anchors);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new IllegalStateException("every Java platform has an X.509 trust manager");
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new CertificateException("cannot trust this authority", e);
    }
  }

  /** The certificates in a PEM text, at least one. */
  static List<X509Certificate> parse(String pem) throws CertificateException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates =
        factory
            .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
            .stream()
            .map(X509Certificate.class::cast)
            .toList();
    if (certificates.isEmpty()) {
      throw new CertificateException("no certificate in the text");
    }
    return certificates;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new KeyStoreException("an empty key store needs no file", e);
    }
    return store;
  }
}
