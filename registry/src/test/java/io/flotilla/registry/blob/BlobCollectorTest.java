package io.flotilla.registry.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobCollectorTest {
  @TempDir Path directory;
  private BlobStore blobs;

  /** What is committed: stands for the records of a store. */
  private final Set<Digest> records = ConcurrentHashMap.newKeySet();

  private BlobCollector collector;

  @BeforeEach
  void open() {
    blobs = new BlobStore(directory);
    collector = new BlobCollector(blobs, records::stream);
  }

  @Test
  void removesWhatNoRecordNamesAndCountsIt() {
    Digest used = put("used");
    Digest unused = put("unused content");
    records.add(used);
    records.add(Digest.of("named but not here".getBytes(UTF_8)));

    assertThat(collector.collect()).isEqualTo(new BlobCollector.Collected(1, 14, 1));
    assertThat(blobs.contains(used)).isTrue();
    assertThat(blobs.contains(unused)).isFalse();
    assertThat(collector.collect()).isEqualTo(new BlobCollector.Collected(0, 0, 1));
  }

  @Test
  void foreignFilesAreLeftAlone() throws IOException {
    Path foreign =
        Files.writeString(Files.createDirectories(directory.resolve("ab")).resolve("note"), "x");

    assertThat(collector.collect()).isEqualTo(new BlobCollector.Collected(0, 0, 0));
    assertThat(foreign).exists();
  }

  @Test
  void blobThatIsKeptButNotCommittedStays() {
    try (BlobStore.Staged staged = blobs.stage(stream("new"), 100)) {
      staged.keep();
      assertThat(collector.collect()).isEqualTo(new BlobCollector.Collected(0, 0, 1));
      records.add(staged.digest());
    }
    assertThat(collector.collect().kept()).isEqualTo(1);
  }

  @Test
  void blobOfARecordThatCameWhileTheRecordsWereReadStays() {
    Digest digest = Digest.of("late".getBytes(UTF_8));
    put("late");
    BlobCollector late =
        new BlobCollector(
            blobs,
            () -> {
              List<Digest> seen = List.copyOf(records);
              try (BlobStore.Staged staged = blobs.stage(stream("late"), 100)) {
                staged.keep();
                records.add(digest);
              }
              return seen.stream();
            });

    assertThat(late.collect()).isEqualTo(new BlobCollector.Collected(0, 0, 1));
    assertThat(blobs.contains(digest)).isTrue();
  }

  @Test
  void backupHoldsTheCollectionOff() {
    put("unused");
    try (BlobStore.Pin hold = blobs.pinAll()) {
      assertThat(hold).isNotNull();
      assertThat(catchThrowableOfType(FlotillaException.class, collector::collect).code())
          .isEqualTo(ErrorCode.CONFLICT);
    }
    assertThat(collector.collect().collected()).isEqualTo(1);
  }

  @Test
  void backupThatBeginsDuringACollectionLosesNothing() {
    put("unused");
    List<BlobStore.Pin> hold = new ArrayList<>();
    BlobCollector during =
        new BlobCollector(
            blobs,
            () -> {
              hold.add(blobs.pinAll());
              return Stream.of();
            });

    assertThat(during.collect()).isEqualTo(new BlobCollector.Collected(0, 0, 1));
    hold.getFirst().close();
    assertThat(collector.collect().collected()).isEqualTo(1);
  }

  @Test
  void recordsThatCannotBeReadRemoveNothing() {
    Digest unused = put("unused");
    BlobCollector broken =
        new BlobCollector(
            blobs,
            () -> {
              throw new FlotillaException(ErrorCode.STORE_CORRUPT, "damaged");
            });

    assertThatThrownBy(broken::collect).isInstanceOf(FlotillaException.class);
    assertThat(blobs.contains(unused)).isTrue();
    assertThat(collector.collect().collected()).isEqualTo(1);
  }

  @Test
  void twoCollectionsDoNotRunAtOnce() {
    BlobCollector outer =
        new BlobCollector(
            blobs,
            () -> {
              assertThat(catchThrowableOfType(FlotillaException.class, collector::collect).code())
                  .isEqualTo(ErrorCode.CONFLICT);
              return Stream.of();
            });

    assertThat(outer.collect().kept()).isZero();
    assertThat(collector.collect().kept()).isZero();
  }

  @Test
  void noBlobOfACommittedRecordIsEverLostWhileOthersRegisterAndDelete() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(200);
    List<Future<?>> workers = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      for (int worker = 0; worker < 3; worker++) {
        int mine = worker;
        workers.add(
            pool.submit(
                () -> {
                  // The same few contents again and again, so that collected ones come back.
                  for (int i = 0; !stop.get(); i++) {
                    String content = "content " + mine + " " + i % 5;
                    Digest digest;
                    try (BlobStore.Staged staged = blobs.stage(stream(content), 100)) {
                      staged.keep();
                      digest = staged.digest();
                      records.add(digest);
                    }
                    assertThat(blobs.path(digest)).hasContent(content);
                    records.remove(digest);
                    begun.countDown();
                  }
                }));
      }
      long collected = 0;
      begun.await();
      while (collected < 20) {
        collected += collector.collect().collected();
      }
      stop.set(true);
    }
    for (Future<?> worker : workers) {
      worker.get();
    }
    records.clear();
    collector.collect();
    try (Stream<Digest> left = blobs.digests()) {
      assertThat(left).isEmpty();
    }
  }

  private Digest put(String content) {
    return blobs.put(stream(content), 100);
  }

  private static ByteArrayInputStream stream(String content) {
    return new ByteArrayInputStream(content.getBytes(UTF_8));
  }
}
