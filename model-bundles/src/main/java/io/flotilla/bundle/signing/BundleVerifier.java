package io.flotilla.bundle.signing;

import io.flotilla.bundle.codec.ModelSignatureCodec;
import io.flotilla.bundle.envelope.Statement;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Verifies the folders of bundles. Nothing of a bundle is parsed before its signature holds. */
public final class BundleVerifier {
  private BundleVerifier() {}

  /**
   * Verifies a bundle.
   *
   * @param directory its folder
   * @param trust who may publish what; itself verified before
   * @param expectedModelName the model it is meant to be
   * @param now the present
   * @throws FlotillaException
   *     <ul>
   *       <li>{@code TRUST_POLICY_INVALID}: the policy has expired
   *       <li>{@code SIGNATURE_MISSING}: there is no {@code bundle.sig}
   *       <li>{@code SIGNATURE_INVALID}: it is malformed or does not hold
   *       <li>{@code PUBLISHER_UNKNOWN}: it is by a key that the policy does not name
   *       <li>{@code PUBLISHER_NOT_ALLOWED}: its publisher has no authority over the model
   *       <li>{@code BUNDLE_DIGEST_MISMATCH}: a file was changed, removed or added
   *       <li>{@code BUNDLE_PATH_UNSAFE}, {@code BUNDLE_TOO_LARGE}: the folder holds a link, a bad
   *           path, or too much
   *       <li>{@code MANIFEST_INVALID}: the manifest is malformed, does not fit the files, or is
   *           that of another model
   *       <li>{@code FILE_MISSING}, {@code STORAGE_FAILED}: the folder cannot be read
   *     </ul>
   */
  public static VerifiedBundle verify(
      Path directory, TrustPolicy trust, String expectedModelName, Instant now) {
    trust.requireValidAt(now);
    byte[] signature =
        readSignature(directory)
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.SIGNATURE_MISSING,
                        "the bundle has no %s; its publisher must sign it"
                            .formatted(BundlePaths.SIGNATURE)));
    Map<VerifyingKey, Publisher> publishers = new LinkedHashMap<>();
    trust.publishers().forEach(one -> publishers.put(TrustPolicies.keyOf(one), one));
    ModelSignatures.Signed signed = ModelSignatures.verify(signature, publishers.keySet());
    Publisher publisher = requireAllowed(publishers, signed.key(), expectedModelName);
    BundleContent content = BundleContent.read(directory, BundleSigner.IGNORED);
    ModelSignatures.requireSame(signed.statement(), content.resources());
    Manifest manifest = content.parseManifest();
    if (!manifest.name().equals(expectedModelName)) {
      throw new FlotillaException(
          ErrorCode.MANIFEST_INVALID,
          "the bundle is of model %s, not %s".formatted(manifest.name(), expectedModelName));
    }
    return new VerifiedBundle(directory, signed.statement().root(), manifest, publisher.name());
  }

  /**
   * Reads what a bundle claims, without verifying any of it.
   *
   * @throws FlotillaException {@code MANIFEST_INVALID}, {@code BUNDLE_PATH_UNSAFE} or {@code
   *     BUNDLE_TOO_LARGE} if the folder is no bundle; {@code FILE_MISSING} or {@code
   *     STORAGE_FAILED} if it cannot be read
   */
  public static InspectedBundle inspect(Path directory) {
    BundleContent content = BundleContent.read(directory, BundleSigner.IGNORED);
    Manifest manifest = content.parseManifest();
    Statement statement = Statement.of(manifest.name(), content.resources());
    return new InspectedBundle(
        statement.root(), manifest, readSignature(directory).flatMap(BundleVerifier::claimedKeyId));
  }

  private static Publisher requireAllowed(
      Map<VerifyingKey, Publisher> publishers, VerifyingKey key, String model) {
    Publisher publisher = publishers.get(key);
    if (publisher == null) {
      throw new IllegalStateException("a signer must be one of the trusted keys");
    }
    if (!publisher.mayPublish(model)) {
      throw new FlotillaException(
          ErrorCode.PUBLISHER_NOT_ALLOWED,
          "publisher %s has no authority over model %s".formatted(publisher.name(), model));
    }
    return publisher;
  }

  private static Optional<byte[]> readSignature(Path directory) {
    Path file = directory.resolve(BundlePaths.SIGNATURE);
    try {
      if (Files.isDirectory(directory) && !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return Optional.empty();
      }
      if (Files.isDirectory(directory) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new FlotillaException(
            ErrorCode.BUNDLE_PATH_UNSAFE,
            "%s is a link or no plain file".formatted(BundlePaths.SIGNATURE));
      }
      return Optional.of(BundleContent.readAtMost(file, ModelSignatureCodec.MAX_BYTES));
    } catch (IOException e) {
      throw StorageFailures.of("read the signature " + file, e);
    }
  }

  private static Optional<String> claimedKeyId(byte[] signature) {
    try {
      return ModelSignatures.claimedKeyId(ModelSignatureCodec.decode(signature));
    } catch (FlotillaException e) {
      // An unreadable signature names nobody; verify() says what is wrong with it.
      return Optional.empty();
    }
  }
}
