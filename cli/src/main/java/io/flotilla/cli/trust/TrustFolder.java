package io.flotilla.cli.trust;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.signing.TrustPolicies;
import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import io.flotilla.cli.files.SmallFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A trust folder: {@code trust.json} (the signed policy) and {@code root.pem} (the root's public
 * key), which devices get, and {@code keys/} with private keys, which nobody gets.
 *
 * @param directory the folder
 */
public record TrustFolder(Path directory) {
  /** The signed policy. */
  public Path policyFile() {
    return directory.resolve("trust.json");
  }

  /** The root's public key. */
  public Path rootFile() {
    return directory.resolve("root.pem");
  }

  /** The root's private key; only whoever changes the policy needs it. */
  public Path rootKeyFile() {
    return directory.resolve("keys").resolve("root-key.pem");
  }

  /** A publisher's private key. */
  public Path publisherKeyFile(String publisher) {
    return directory.resolve("keys").resolve(publisher + "-key.pem");
  }

  /**
   * Makes the folder with a fresh root and its first publisher.
   *
   * @throws FlotillaException {@code CONFLICT} if there is a policy or root already; {@code
   *     NAME_INVALID} or {@code TRUST_POLICY_INVALID} if the publisher or its patterns cannot be
   */
  public TrustPolicy create(String publisher, List<String> models, Instant expires)
      throws IOException {
    requireName(publisher);
    for (Path file : List.of(policyFile(), rootFile(), rootKeyFile())) {
      if (Files.exists(file)) {
        throw new FlotillaException(
            ErrorCode.CONFLICT,
            "%s exists already; trust is never overwritten, so choose a new folder"
                .formatted(file));
      }
    }
    SigningKey root = SigningKey.generate();
    SigningKey key = SigningKey.generate();
    TrustPolicy policy =
        new TrustPolicy(
            1, expires, List.of(new Publisher(publisher, key.verifyingKey().pem(), models)));
    byte[] envelope = TrustPolicies.sign(policy, root);
    Files.createDirectories(
        directory.resolve("keys"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    root.save(rootKeyFile());
    key.save(publisherKeyFile(publisher));
    Files.writeString(rootFile(), root.verifyingKey().pem(), StandardOpenOption.CREATE_NEW);
    Files.write(policyFile(), envelope, StandardOpenOption.CREATE_NEW);
    return policy;
  }

  /**
   * Adds a publisher to the policy, as its next version.
   *
   * @param publicKeyPem the publisher's public key
   * @throws FlotillaException {@code FILE_MISSING} if the root's private key is not here; {@code
   *     TRUST_POLICY_INVALID} if the name or key is in the policy already
   */
  public TrustPolicy add(String publisher, String publicKeyPem, List<String> models, Instant now)
      throws IOException {
    requireName(publisher);
    TrustPolicy policy = load(now);
    List<Publisher> publishers = new ArrayList<>(policy.publishers());
    publishers.add(new Publisher(publisher, VerifyingKey.parsePem(publicKeyPem).pem(), models));
    TrustPolicy next = new TrustPolicy(policy.version() + 1, policy.expires(), publishers);
    byte[] envelope = TrustPolicies.sign(next, SigningKey.load(rootKeyFile()));
    Path fresh = Files.write(directory.resolve("trust.json.new"), envelope);
    Files.move(
        fresh, policyFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return next;
  }

  /**
   * Reads and verifies the policy.
   *
   * @throws FlotillaException {@code FILE_MISSING} if the folder is not one; {@code
   *     TRUST_POLICY_INVALID} if the policy does not hold
   */
  public TrustPolicy load(Instant now) throws IOException {
    if (!Files.isReadable(policyFile()) || !Files.isReadable(rootFile())) {
      throw new FlotillaException(
          ErrorCode.FILE_MISSING,
          "%s is not a trust folder: it needs trust.json and root.pem; make one with 'trust init'"
              .formatted(directory));
    }
    VerifyingKey root = VerifyingKey.parsePem(SmallFile.text(rootFile()));
    return TrustPolicies.verify(SmallFile.bytes(policyFile(), SmallFile.MAX_TEXT_BYTES), root, now);
  }

  private static void requireName(String publisher) {
    if (!publisher.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}") || publisher.equals("root")) {
      throw new FlotillaException(
          ErrorCode.NAME_INVALID,
          "'%s' is not a name of a publisher: use 1 to 64 letters, digits, dots, hyphens"
              .formatted(publisher));
    }
  }
}
