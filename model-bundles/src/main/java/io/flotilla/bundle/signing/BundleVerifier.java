package io.flotilla.bundle.signing;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.archive.ArchivedBundle;
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

/**
 * Verifies bundles in folders and archives. Nothing of a bundle is parsed before its signature
 * holds.
 */
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
    Verdict verdict = verdict(new Folder(directory), trust, expectedModelName, now);
    return new VerifiedBundle(
        directory, verdict.digest(), verdict.manifest(), verdict.publisher().name());
  }

  /**
   * Verifies a bundle in its archive, as {@link #verify(Path, TrustPolicy, String, Instant)} does
   * after {@link io.flotilla.bundle.archive.BundleArchive#unpack}, without unpacking it.
   *
   * @throws FlotillaException as for a folder; what can be wrong with a folder alone was refused
   *     when the archive was indexed
   */
  public static VerifiedArchive verify(
      ArchivedBundle bundle, TrustPolicy trust, String expectedModelName, Instant now) {
    Verdict verdict = verdict(new Archive(bundle), trust, expectedModelName, now);
    return new VerifiedArchive(
        bundle, verdict.digest(), verdict.manifest(), verdict.publisher().name());
  }

  /**
   * Reads what a bundle claims, without verifying any of it.
   *
   * @throws FlotillaException {@code MANIFEST_INVALID}, {@code BUNDLE_PATH_UNSAFE} or {@code
   *     BUNDLE_TOO_LARGE} if the folder is no bundle; {@code FILE_MISSING} or {@code
   *     STORAGE_FAILED} if it cannot be read
   */
  public static InspectedBundle inspect(Path directory) {
    return inspect(new Folder(directory));
  }

  /**
   * Reads what a bundle in its archive claims, without verifying any of it.
   *
   * @throws FlotillaException {@code MANIFEST_INVALID} or {@code BUNDLE_TOO_LARGE} if it is no
   *     bundle; {@code FILE_MISSING} or {@code STORAGE_FAILED} if it cannot be read
   */
  public static InspectedBundle inspect(ArchivedBundle bundle) {
    return inspect(new Archive(bundle));
  }

  private static InspectedBundle inspect(Source source) {
    BundleContent content = source.content();
    Manifest manifest = content.parseManifest();
    Statement statement = Statement.of(manifest.name(), content.resources());
    return new InspectedBundle(
        statement.root(), manifest, source.signature().flatMap(BundleVerifier::claimedKeyId));
  }

  private static Verdict verdict(
      Source source, TrustPolicy trust, String expectedModelName, Instant now) {
    trust.requireValidAt(now);
    byte[] signature =
        source
            .signature()
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
    BundleContent content = source.content();
    ModelSignatures.requireSame(signed.statement(), content.resources());
    Manifest manifest = content.parseManifest();
    if (!manifest.name().equals(expectedModelName)) {
      throw new FlotillaException(
          ErrorCode.MANIFEST_INVALID,
          "the bundle is of model %s, not %s".formatted(manifest.name(), expectedModelName));
    }
    return new Verdict(signed.statement().root(), manifest, publisher);
  }

  /** What verification found. */
  private record Verdict(Digest digest, Manifest manifest, Publisher publisher) {}

  /** Where a bundle lies. */
  private sealed interface Source {
    /** Bytes of the signature; empty if there is none. */
    Optional<byte[]> signature();

    /** Everything else. */
    BundleContent content();
  }

  private record Folder(Path directory) implements Source {
    @Override
    public Optional<byte[]> signature() {
      return readSignature(directory);
    }

    @Override
    public BundleContent content() {
      return BundleContent.read(directory, BundleSigner.IGNORED);
    }
  }

  private record Archive(ArchivedBundle bundle) implements Source {
    @Override
    public Optional<byte[]> signature() {
      return bundle.read(BundlePaths.SIGNATURE, ModelSignatureCodec.MAX_BYTES);
    }

    @Override
    public BundleContent content() {
      return BundleContent.of(bundle, BundleSigner.IGNORED);
    }
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
