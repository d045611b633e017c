package io.flotilla.bundle.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.flotilla.bundle.archive.ArchiveLimits;
import io.flotilla.bundle.archive.ArchivedBundle;
import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.fixture.SmallBundle;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a device does with a signed archive: unpack it and verify it, whatever happened to it. */
class TamperingTest {
  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

  @TempDir Path folder;
  private byte[] original = {};
  private TrustPolicy trust = new TrustPolicy(1, NOW, List.of());

  @BeforeEach
  void packOne() throws IOException {
    SigningKey key = SigningKey.generate();
    trust =
        new TrustPolicy(
            1,
            NOW.plusSeconds(60),
            List.of(new Publisher("acme", key.verifyingKey().pem(), List.of("digits"))));
    Path bundle = SmallBundle.write(folder.resolve("bundle"), "digits");
    BundleSigner.sign(bundle, key);
    Path archive = folder.resolve("bundle.tar");
    BundleArchive.pack(bundle, archive);
    original = Files.readAllBytes(archive);
  }

  @Test
  void acceptsTheUntouchedArchive() {
    assertThatCode(() -> accept(original, "same")).doesNotThrowAnyException();
    assertThat(acceptInPlace(original, "same").manifest())
        .isEqualTo(SmallBundle.manifest("digits"));
  }

  @Test
  void refusesEverySingleFlippedByte() {
    Map<ErrorCode, Integer> refusals = new ConcurrentHashMap<>();
    Set<Integer> accepted = new ConcurrentSkipListSet<>();
    IntStream.range(0, original.length)
        .parallel()
        .forEach(
            at -> {
              byte[] flipped = original.clone();
              flipped[at] ^= (byte) (1 << (at % Byte.SIZE));
              refusalOf(flipped, "flip-" + at)
                  .ifPresentOrElse(
                      code -> refusals.merge(code, 1, Integer::sum), () -> accepted.add(at));
            });
    assertThat(accepted).as("positions in %d bytes", original.length).isEmpty();
    assertThat(refusals)
        .containsKeys(
            ErrorCode.BUNDLE_NOT_CANONICAL,
            ErrorCode.BUNDLE_DIGEST_MISMATCH,
            ErrorCode.SIGNATURE_INVALID,
            ErrorCode.BUNDLE_PATH_UNSAFE)
        .doesNotContainKeys(ErrorCode.PUBLISHER_UNKNOWN, ErrorCode.STORAGE_FAILED);
  }

  @Test
  void refusesEveryTruncation() {
    for (int length = 0; length < original.length; length++) {
      assertThat(refusalOf(Arrays.copyOf(original, length), "cut"))
          .as("first %d of %d bytes", length, original.length)
          .contains(ErrorCode.BUNDLE_MALFORMED);
    }
  }

  @Test
  void refusesOneByteMore() {
    assertThat(refusalOf(Arrays.copyOf(original, original.length + 1), "longer"))
        .contains(ErrorCode.BUNDLE_NOT_CANONICAL);
  }

  /** The refusal, which is the same whether the archive is unpacked or verified where it lies. */
  private Optional<ErrorCode> refusalOf(byte[] bytes, String name) {
    Optional<ErrorCode> unpacked = refusalOf(() -> accept(bytes, name));
    assertThat(refusalOf(() -> acceptInPlace(bytes, name))).as(name).isEqualTo(unpacked);
    return unpacked;
  }

  private static Optional<ErrorCode> refusalOf(Runnable accepting) {
    try {
      accepting.run();
      return Optional.empty();
    } catch (FlotillaException e) {
      return Optional.of(e.code());
    }
  }

  private VerifiedArchive acceptInPlace(byte[] bytes, String name) {
    Path archive = folder.resolve(name + "-in-place.tar");
    try {
      Files.write(archive, bytes);
      try {
        ArchivedBundle bundle = ArchivedBundle.open(archive, ArchiveLimits.DEFAULT);
        return BundleVerifier.verify(bundle, trust, "digits", NOW);
      } finally {
        Files.delete(archive);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept(byte[] bytes, String name) {
    Path archive = folder.resolve(name + ".tar");
    Path unpacked = folder.resolve(name);
    try {
      Files.write(archive, bytes);
      try {
        BundleArchive.unpack(archive, unpacked, ArchiveLimits.DEFAULT);
        BundleVerifier.verify(unpacked, trust, "digits", NOW);
      } finally {
        DurableFiles.deleteTree(unpacked);
        Files.delete(archive);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(folder.resolve(name + ".partial")).doesNotExist();
  }
}
