package io.flotilla.cli.load;

import io.flotilla.controller.identity.TlsIdentity;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * One TLS context for many clients, each with its own certificate: an engine is made for a client's
 * id, and that chooses the key. TLS 1.2, as the agent has it. Thread-safe.
 */
final class LoadTls {
  private static final String PROTOCOL = "TLSv1.2";

  private final Map<String, TlsIdentity> identities = new ConcurrentHashMap<>();
  private final SSLContext context;

  /** Trusts the authority of this identity, and no other. */
  LoadTls(TlsIdentity anyOfThem) {
    try {
      context = SSLContext.getInstance(PROTOCOL);
      context.init(
          new KeyManager[] {new ByClient()}, anyOfThem.trustManagers().getTrustManagers(), null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform can do this", e);
    }
  }

  void add(String clientId, TlsIdentity identity) {
    identities.put(clientId, identity);
  }

  /** An engine for a connection of this client. */
  SSLEngine engine(String clientId) {
    SSLEngine engine = context.createSSLEngine(clientId, 1);
    engine.setUseClientMode(true);
    return engine;
  }

  private final class ByClient extends X509ExtendedKeyManager {
    @Override
    public @Nullable String chooseEngineClientAlias(
        String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
      return engine.getPeerHost();
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
      TlsIdentity identity = identities.get(alias);
      return identity == null ? null : identity.chain().toArray(new X509Certificate[0]);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
      TlsIdentity identity = identities.get(alias);
      return identity == null ? null : identity.key();
    }

    @Override
    public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public @Nullable String chooseServerAlias(
        String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null;
    }
  }
}
