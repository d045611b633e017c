package io.flotilla.registry.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnlookerTest {
  private static final int SMALL = 1000;
  private static final int LARGE = (20 << 20) + 7;
  private static final long MOST_AHEAD = 8 << 20;

  @TempDir Path directory;
  private BlobStore blobs;

  @BeforeEach
  void open() {
    blobs = new BlobStore(directory);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, SMALL, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20, LARGE})
  void everyOnlookerSeesTheWholeContentInOrder(int size) {
    byte[] content = content(size);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    ByteArrayOutputStream pieces = new ByteArrayOutputStream();
    AtomicInteger first = new AtomicInteger(-1);
    List<Onlooker> onlookers =
        List.of(
            in -> in.transferTo(whole),
            in -> readOddly(in, pieces),
            in -> first.set(in.read()),
            _ -> {});

    try (BlobStore.Staged staged = blobs.stage(stream(content), size, onlookers)) {
      assertThat(staged.digest()).isEqualTo(Digest.of(content));
      assertThat(staged.file()).hasBinaryContent(content);
    }
    assertThat(whole.toByteArray()).isEqualTo(content);
    assertThat(pieces.toByteArray()).isEqualTo(content);
    assertThat(first).hasValue(size == 0 ? -1 : Byte.toUnsignedInt(content[0]));
    assertThat(files()).isEmpty();
  }

  @Test
  void onlookersOfLargeContentWorkAtTheSameTime() {
    CountDownLatch together = new CountDownLatch(2);
    AtomicReference<Thread> one = new AtomicReference<>();
    AtomicReference<Thread> other = new AtomicReference<>();
    List<Onlooker> onlookers = List.of(_ -> meet(together, one), _ -> meet(together, other));

    blobs.stage(stream(content(LARGE)), LARGE, onlookers).close();

    assertThat(one.get())
        .isNotNull()
        .isNotEqualTo(other.get())
        .isNotEqualTo(Thread.currentThread());
    assertThat(List.of(one.get(), other.get())).allMatch(Thread::isDaemon);
  }

  @ParameterizedTest
  @ValueSource(ints = {SMALL, LARGE})
  void whatTheFirstOnlookerThrowsComesOutAndNothingIsLeft(int size) {
    List<Onlooker> onlookers =
        List.of(
            _ -> {},
            in -> {
              in.skipNBytes(size / 2);
              throw new IllegalStateException("first");
            },
            _ -> {
              throw new IllegalArgumentException("second");
            });

    assertThatThrownBy(() -> blobs.stage(stream(content(size)), size, onlookers))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("first");
    assertThat(files()).isEmpty();
  }

  @Test
  void failureOfTheStreamEndsWhatTheOnlookersSee() {
    byte[] half = content(LARGE);
    InputStream broken = new SequenceInputStream(stream(half), new BrokenStream());
    AtomicLong seen = new AtomicLong();
    List<Onlooker> onlookers = List.of(in -> seen.set(in.skip(Long.MAX_VALUE)));

    FlotillaException failure =
        catchThrowableOfType(
            FlotillaException.class, () -> blobs.stage(broken, Long.MAX_VALUE, onlookers));

    assertThat(failure.code()).isEqualTo(ErrorCode.STORE_FAILED);
    assertThat(seen.get()).isBetween(1L << 20, (long) LARGE);
    assertThat(files()).isEmpty();
  }

  @Test
  void largeContentAtTheLimitIsTakenAndOneByteMoreIsRefused() {
    byte[] content = content(LARGE);
    blobs.stage(stream(content), LARGE, List.of()).close();
    FlotillaException refused =
        catchThrowableOfType(
            FlotillaException.class, () -> blobs.stage(stream(content), LARGE - 1, List.of()));

    assertThat(refused.code()).isEqualTo(ErrorCode.REQUEST_TOO_LARGE);
    assertThat(files()).isEmpty();
  }

  @Test
  void contentIsReadNoFurtherAheadThanTheBlocksReach() {
    AtomicLong produced = new AtomicLong();
    CountDownLatch ahead = new CountDownLatch(1);
    InputStream source =
        new InputStream() {
          @Override
          public int read() {
            throw new UnsupportedOperationException("read in pieces");
          }

          @Override
          public int read(byte[] into, int from, int length) {
            int n = (int) Math.min(length, 5 * MOST_AHEAD - produced.get());
            if (produced.addAndGet(n) >= MOST_AHEAD / 2) {
              ahead.countDown();
            }
            return n == 0 && length > 0 ? -1 : n;
          }
        };
    AtomicLong farthest = new AtomicLong();
    Onlooker slow =
        in -> {
          await(ahead);
          byte[] piece = new byte[1 << 12];
          long seen = 0;
          for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
            seen += n;
            farthest.accumulateAndGet(produced.get() - seen, Math::max);
          }
        };

    blobs.stage(source, Long.MAX_VALUE, List.of(slow)).close();

    assertThat(farthest.get()).isBetween(MOST_AHEAD / 4, MOST_AHEAD);
  }

  private static final class BrokenStream extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("connection lost");
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      return read();
    }
  }

  private static void readOddly(InputStream in, ByteArrayOutputStream into) throws IOException {
    byte[] piece = new byte[10_007];
    for (int n = in.read(piece, 0, 0); n >= 0; n = in.read(piece, 3, piece.length - 3)) {
      into.write(piece, 3, n);
      int one = in.read();
      if (one >= 0) {
        into.write(one);
      }
    }
  }

  private static void meet(CountDownLatch together, AtomicReference<Thread> me) {
    me.set(Thread.currentThread());
    together.countDown();
    await(together);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] content(int size) {
    byte[] content = new byte[size];
    new Random(3).nextBytes(content);
    return content;
  }

  private static InputStream stream(byte[] content) {
    return new ByteArrayInputStream(content);
  }

  private List<String> files() {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).map(Path::toString).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
