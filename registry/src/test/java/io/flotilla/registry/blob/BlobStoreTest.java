package io.flotilla.registry.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobStoreTest {
  private static final byte[] CONTENT = "some content".getBytes(UTF_8);

  @TempDir Path directory;
  @TempDir Path other;
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
  void fileIsTakenOverWithoutACopy() throws IOException {
    Path upload = Files.write(other.resolve("upload"), CONTENT);
    Object inode = Files.getAttribute(upload, "unix:ino");
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    List<Onlooker> onlookers = List.of(content -> content.transferTo(seen));
    try (BlobStore.Staged staged = blobs.stage(upload, CONTENT.length, onlookers)) {
      assertThat(upload).doesNotExist();
      assertThat(staged.digest()).isEqualTo(Digest.of(CONTENT));
      staged.keep();
    }
    assertThat(seen.toByteArray()).isEqualTo(CONTENT);
    assertThat(Files.getAttribute(blobs.path(Digest.of(CONTENT)), "unix:ino")).isEqualTo(inode);
  }

  @Test
  void fileOnAnotherFileSystemIsCopied() throws IOException {
    FileSteps apart =
        new FileSteps() {
          @Override
          public void move(Path from, Path to) throws IOException {
            if (from.startsWith(other)) {
              throw new AtomicMoveNotSupportedException(from.toString(), to.toString(), "apart");
            }
            FileSteps.super.move(from, to);
          }
        };
    BlobStore store = new BlobStore(directory, apart);
    Path upload = Files.write(other.resolve("upload"), CONTENT);
    try (BlobStore.Staged staged = store.stage(upload, 100, List.of())) {
      staged.keep();
    }
    assertThat(upload).doesNotExist();
    assertThat(store.path(Digest.of(CONTENT))).hasBinaryContent(CONTENT);
  }

  @Test
  void refusedFileStaysWhereItWas() throws IOException {
    Path upload = Files.write(other.resolve("upload"), CONTENT);
    Path link = Files.createSymbolicLink(other.resolve("link"), upload);

    assertThat(failure(() -> blobs.stage(upload, CONTENT.length - 1, List.of())).code())
        .isEqualTo(ErrorCode.REQUEST_TOO_LARGE);
    assertThat(failure(() -> blobs.stage(link, 100, List.of())).code())
        .isEqualTo(ErrorCode.FILE_MISSING);
    assertThat(failure(() -> blobs.stage(other.resolve("none"), 100, List.of())).code())
        .isEqualTo(ErrorCode.FILE_MISSING);
    assertThat(upload).hasBinaryContent(CONTENT);
    assertThat(files()).isEmpty();
  }

  @Test
  void openedBlobIsReadToItsEndAlthoughItIsDeleted() throws IOException {
    Digest digest = blobs.put(new ByteArrayInputStream(CONTENT), 100);
    try (InputStream in = blobs.open(digest)) {
      assertThat(blobs.delete(digest)).isTrue();
      assertThat(in.readAllBytes()).isEqualTo(CONTENT);
    }
  }

  @Test
  void pinnedBlobIsNotDeletedUntilTheLastPinIsClosed() {
    Digest digest = blobs.put(new ByteArrayInputStream(CONTENT), 100);
    try (BlobStore.Pin one = blobs.pin(digest)) {
      BlobStore.Pin another = blobs.pin(digest);
      another.close();
      another.close();
      assertThat(blobs.delete(digest)).isFalse();
      assertThat(one).isNotNull();
    }
    try (BlobStore.Pin all = blobs.pinAll()) {
      assertThat(blobs.delete(digest)).isFalse();
      assertThat(all).isNotNull();
    }
    assertThat(blobs.delete(digest)).isTrue();
  }

  @Test
  void digestsAreListedInOrderWithoutForeignFiles() throws IOException {
    List<Digest> stored = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      stored.add(blobs.put(new ByteArrayInputStream(("content " + i).getBytes(UTF_8)), 100));
    }
    Files.writeString(Files.createDirectories(directory.resolve("zz")).resolve("x"), "foreign");
    Files.writeString(blobs.path(stored.getFirst()).resolveSibling("README"), "foreign");

    try (Stream<Digest> digests = blobs.digests()) {
      assertThat(digests.toList()).isEqualTo(stored.stream().sorted().toList());
    }
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
