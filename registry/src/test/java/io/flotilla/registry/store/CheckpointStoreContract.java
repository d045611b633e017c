package io.flotilla.registry.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every implementation of {@link CheckpointStore} promises on top. */
public abstract class CheckpointStoreContract extends RecordStoreContract {
  @TempDir Path checkpoints;

  @Override
  protected abstract CheckpointStore open(Path directory);

  @Test
  void checkpointIsTheStoreOfThatMoment() {
    Path copy = checkpoints.resolve("copy");
    try (CheckpointStore store = open(checkpoints.resolve("store"))) {
      store.write(new WriteBatch().put("a", "1".getBytes(UTF_8)));
      store.checkpoint(copy);
      store.write(new WriteBatch().put("a", "2".getBytes(UTF_8)).put("b", "3".getBytes(UTF_8)));
      try (RecordStore copied = open(copy)) {
        assertThat(copied.get("a")).hasValue("1".getBytes(UTF_8));
        assertThat(copied.get("b")).isEmpty();
        copied.write(new WriteBatch().put("c", "4".getBytes(UTF_8)));
      }
      assertThat(store.get("c")).isEmpty();
      assertThat(store.get("a")).hasValue("2".getBytes(UTF_8));
    }
  }

  @Test
  void checkpointHasEveryBatchWholeAndAllThatWereWrittenBefore() throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    try (CheckpointStore store = open(checkpoints.resolve("store"))) {
      Thread writer =
          Thread.ofPlatform()
              .name("contract-writer")
              .start(
                  () -> {
                    for (int i = 0; !stop.get(); i++) {
                      byte[] value = Integer.toString(i).getBytes(UTF_8);
                      store.write(new WriteBatch().put("x/1", value).put("x/2", value));
                      begun.countDown();
                    }
                  });
      begun.await();
      for (int i = 0; i < 5; i++) {
        int before = number(store, "x/1");
        Path copy = checkpoints.resolve("copy-" + i);
        store.checkpoint(copy);
        try (RecordStore copied = open(copy)) {
          assertThat(number(copied, "x/1")).isEqualTo(number(copied, "x/2"));
          assertThat(number(copied, "x/1")).isGreaterThanOrEqualTo(before);
        }
      }
      stop.set(true);
      writer.join();
    }
  }

  @Test
  void checkpointNeverReplacesAFolder() throws IOException {
    Path there = Files.createDirectory(checkpoints.resolve("there"));
    try (CheckpointStore store = open(checkpoints.resolve("store"))) {
      assertThatThrownBy(() -> store.checkpoint(there))
          .isInstanceOfSatisfying(
              FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    }
    assertThat(there).isEmptyDirectory();
  }

  @Test
  void closedStoreRefusesACheckpoint() {
    CheckpointStore store = open(checkpoints.resolve("store"));
    store.close();

    assertThatThrownBy(() -> store.checkpoint(checkpoints.resolve("copy")))
        .isInstanceOf(IllegalStateException.class);
  }

  private static int number(RecordStore store, String key) {
    return Integer.parseInt(new String(store.get(key).orElseThrow(), UTF_8));
  }
}
