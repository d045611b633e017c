package io.flotilla.controller.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * One end of a mutual TLS connection.
 *
 * @param key the private key
 * @param chain its certificate first, then its issuers
 * @param authority the only authority that the other end may come from
 */
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain, X509Certificate authority) {
  private static final String ENTRY = "flotilla";
  private static final char[] IN_MEMORY = "in memory only".toCharArray();

  /** Copies the chain. */
  public TlsIdentity {
    chain = List.copyOf(chain);
  }

  /** Key and chain for a TLS engine. */
  public KeyManagerFactory keyManagers() {
    try {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keyStore(IN_MEMORY), IN_MEMORY);
      return factory;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform can do this", e);
    }
  }

  /** The authority for a TLS engine. */
  public TrustManagerFactory trustManagers() {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trustStore());
      return factory;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform can do this", e);
    }
  }

  /** Key and chain as a PKCS #12 store. */
  public KeyStore keyStore(char[] password) {
    try {
      KeyStore store = emptyStore();
      store.setKeyEntry(ENTRY, key, password, chain.toArray(new X509Certificate[0]));
      return store;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform can do this", e);
    }
  }

  /** The authority as a PKCS #12 store. */
  public KeyStore trustStore() {
    try {
      KeyStore store = emptyStore();
      store.setCertificateEntry(ENTRY, authority);
      return store;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform can do this", e);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      return store;
    } catch (IOException e) {
      throw new GeneralSecurityException("an empty store needs no input", e);
    }
  }

  /** Names the subject; the key stays out of logs. */
  @Override
  public String toString() {
    return chain.getFirst().getSubjectX500Principal().getName();
  }
}
