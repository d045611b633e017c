package io.flotilla.bundle.signing;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.codec.ModelSignatureCodec;
import io.flotilla.bundle.envelope.Envelope;
import io.flotilla.bundle.envelope.EnvelopeSignature;
import io.flotilla.bundle.envelope.ModelSignature;
import io.flotilla.bundle.envelope.Statement;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.layout.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Signs bundles by the key method of OpenSSF Model Signing 1.0. */
public final class BundleSigner {
  static final Set<String> IGNORED = Set.of(BundlePaths.SIGNATURE);

  private BundleSigner() {}

  /**
   * Signs all files of a bundle's folder and writes or replaces {@code bundle.sig}. The same
   * content and key give the same bytes.
   *
   * @return the bundle's digest: the root digest of the signed statement
   * @throws FlotillaException {@code MANIFEST_INVALID} or {@code BUNDLE_PATH_UNSAFE} if the folder
   *     is no bundle; {@code FILE_MISSING}, {@code DISK_FULL} or {@code STORAGE_FAILED} if the disk
   *     fails
   */
  public static Digest sign(Path directory, SigningKey key) {
    BundleContent content = BundleContent.read(directory, IGNORED);
    Statement statement = Statement.of(content.parseManifest().name(), content.resources());
    byte[] payload = ModelSignatureCodec.encodeStatement(statement, List.of(BundlePaths.SIGNATURE));
    byte[] signature = key.sign(Dsse.pae(ModelSignatureCodec.PAYLOAD_TYPE, payload));
    Envelope envelope =
        new Envelope(
            ModelSignatureCodec.PAYLOAD_TYPE,
            payload,
            List.of(new EnvelopeSignature("", signature)));
    byte[] json =
        ModelSignatureCodec.encode(
            new ModelSignature(
                envelope, Optional.of(key.verifyingKey().keyId()), Optional.empty()));
    Path file = directory.resolve(BundlePaths.SIGNATURE);
    try {
      DurableFiles.write(file, json);
    } catch (IOException e) {
      throw StorageFailures.of("write the signature " + file, e);
    }
    return statement.root();
  }
}
