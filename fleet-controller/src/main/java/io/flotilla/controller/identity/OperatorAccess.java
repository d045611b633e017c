package io.flotilla.controller.identity;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.http.codec.ApiJson;
import io.flotilla.registry.audit.AuditAction;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.store.DirectTransaction;
import io.flotilla.registry.store.RecordStore;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * The operator's token: 256 random bits, of which the store has only a hash. The token itself is in
 * one file of mode 600 for the command-line client; if that file is lost, the next start makes a
 * new token and the old one is worth nothing.
 */
public final class OperatorAccess {
  private static final String KEY = "operator/token-hash";
  private static final int TOKEN_BYTES = 32;

  private final Path file;
  private final String token;
  private final byte[] hash;

  private OperatorAccess(Path file, String token) {
    this.file = file;
    this.token = token;
    this.hash = hash(token);
  }

  /**
   * What the file says.
   *
   * @param url the API's address, without a path
   * @param token the bearer token
   * @param ca file of the authority's certificate
   */
  record OperatorFile(String url, String token, String ca) {}

  /**
   * Takes up the token that file and store agree on, or makes a new one. To be called before the
   * core starts.
   *
   * @param audit vouches for the hash of a new token
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if others can read the file; {@code
   *     STORAGE_FAILED}; the store's failures
   */
  public static OperatorAccess open(
      RecordStore store, AuditLog audit, Path file, SecureRandom random) {
    Optional<byte[]> stored = store.get(KEY);
    Optional<String> present = read(file);
    if (present.isPresent()
        && stored.isPresent()
        && MessageDigest.isEqual(stored.get(), hash(present.get()))) {
      return new OperatorAccess(file, present.get());
    }
    byte[] fresh = new byte[TOKEN_BYTES];
    random.nextBytes(fresh);
    OperatorAccess access =
        new OperatorAccess(file, Base64.getUrlEncoder().withoutPadding().encodeToString(fresh));
    DirectTransaction tx = new DirectTransaction(store);
    tx.put(KEY, access.hash);
    audit.append(
        tx,
        new AuditAction("controller", "operator.token", "operator", Map.of()),
        Map.of(KEY, Optional.of(access.hash)));
    tx.commit();
    return access;
  }

  /** Whether this is the token; takes as long for a wrong one as for the right one. */
  public boolean accepts(String presented) {
    return MessageDigest.isEqual(hash, hash(presented));
  }

  /**
   * Writes the file, once the API's address is known.
   *
   * @throws FlotillaException {@code STORAGE_FAILED}
   */
  public void publish(URI url, Path ca) {
    try {
      PrivateFiles.writeSecret(
          file,
          ApiJson.encode(new OperatorFile(url.toString(), token, ca.toAbsolutePath().toString())));
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static Optional<String> read(Path file) {
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      return Optional.of(ApiJson.decode(PrivateFiles.readSecret(file), OperatorFile.class).token());
    } catch (IOException e) {
      throw failed(file, e);
    } catch (FlotillaException e) {
      if (e.code() == ErrorCode.INPUT_INVALID) {
        return Optional.empty(); // not ours or not whole: a new one takes its place
      }
      throw e;
    }
  }

  private static FlotillaException failed(Path file, IOException cause) {
    return new FlotillaException(
        ErrorCode.STORAGE_FAILED, "the operator's file %s cannot be used".formatted(file), cause);
  }

  private static byte[] hash(String token) {
    return Digest.of(token.getBytes(StandardCharsets.UTF_8)).raw();
  }
}
