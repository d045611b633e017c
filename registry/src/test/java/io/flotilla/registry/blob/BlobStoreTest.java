package io.flotilla.registry.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobStoreTest {
  private static final byte[] CONTENT = "some content".getBytes(UTF_8);

  @TempDir Path directory;
  private BlobStore blobs;

  @BeforeEach
  void open() {
    blobs = new BlobStore(directory);
  }

  @Test
  void storesUnderTheDigestOfTheContent() throws IOException {
    Digest digest = blobs.put(new ByteArrayInputStream(CONTENT), 100);

    assertThat(digest).isEqualTo(Digest.of(CONTENT));
    assertThat(blobs.path(digest)).hasBinaryContent(CONTENT);
    try (InputStream in = blobs.open(digest)) {
      assertThat(in.readAllBytes()).isEqualTo(CONTENT);
    }
    assertThat(blobs.put(new ByteArrayInputStream(CONTENT), 100)).isEqualTo(digest);
  }

  @Test
  void contentAtTheLimitIsStoredAndOneByteMoreIsRefused() {
    blobs.put(new ByteArrayInputStream(CONTENT), CONTENT.length);
    FlotillaException refused =
        failure(() -> blobs.put(new ByteArrayInputStream(CONTENT), CONTENT.length - 1));

    assertThat(refused.code()).isEqualTo(ErrorCode.REQUEST_TOO_LARGE);
    assertThat(files()).containsExactly(Digest.of(CONTENT).hex());
  }

  @Test
  void brokenStreamLeavesNothing() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("connection lost");
          }

          @Override
          public int read(byte[] to, int offset, int length) throws IOException {
            return read();
          }
        };
    InputStream half = new SequenceInputStream(new ByteArrayInputStream(CONTENT), broken);

    assertThat(failure(() -> blobs.put(half, 100)).code()).isEqualTo(ErrorCode.STORE_FAILED);
    assertThat(files()).isEmpty();
  }

  @Test
  void anyFlippedByteIsFoundWhenTheBlobIsRead() throws IOException {
    Digest digest = blobs.put(new ByteArrayInputStream(CONTENT), 100);
    Path file = blobs.path(digest);
    for (int at = 0; at < CONTENT.length; at++) {
      byte[] damaged = CONTENT.clone();
      damaged[at] ^= 1;
      Files.write(file, damaged);
      assertThat(failure(() -> blobs.open(digest)).code()).isEqualTo(ErrorCode.STORE_CORRUPT);
    }
    blobs.put(new ByteArrayInputStream(CONTENT), 100);
    assertThat(blobs.path(digest)).hasBinaryContent(CONTENT);
  }

  @Test
  void unknownBlobIsNotFoundAndDeletingTwiceIsAllowed() {
    Digest digest = blobs.put(new ByteArrayInputStream(CONTENT), 100);

    assertThat(blobs.contains(digest)).isTrue();
    assertThat(blobs.delete(digest)).isTrue();
    assertThat(blobs.delete(digest)).isFalse();
    assertThat(blobs.contains(digest)).isFalse();
    assertThat(failure(() -> blobs.path(digest)).code()).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void openingRemovesWhatACutLeft() throws IOException {
    Files.writeString(directory.resolve("tmp/blob-left"), "half");

    assertThat(new BlobStore(directory).contains(Digest.of(CONTENT))).isFalse();
    assertThat(files()).isEmpty();
  }

  @Test
  void fullDiskHasItsOwnCode() {
    IOException full = new IOException("/x/y: No space left on device");

    assertThat(StoreFailures.of("a blob", full).code()).isEqualTo(ErrorCode.DISK_FULL);
    assertThat(StoreFailures.of("a blob", new IOException("I/O error")).code())
        .isEqualTo(ErrorCode.STORE_FAILED);
  }

  private static FlotillaException failure(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(FlotillaException.class, call);
  }

  private List<String> files() {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
