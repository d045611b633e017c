package io.flotilla.controller.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DecisionLoopTest {
  private static final Table<Count> COUNTS = Table.cached("count", Count.class);

  private final MemoryStore store = new MemoryStore();
  private final DecisionLoop loop = new DecisionLoop(store);

  record Count(int value) {}

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void manyInputsShareOneWrite() {
    List<CompletionStage<Integer>> stages = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      stages.add(loop.submit(tx -> increment(tx, "a")));
    }
    loop.start();

    assertThat(join(stages.getLast())).isEqualTo(100);
    assertThat(store.writes()).isEqualTo(1);
    assertThat(new StoredRecords(store).get(COUNTS, "a")).contains(new Count(100));
  }

  @Test
  void aRefusedInputHarmsNoOther() {
    CompletionStage<Integer> before = loop.submit(tx -> increment(tx, "a"));
    CompletionStage<Integer> refused =
        loop.submit(
            tx -> {
              increment(tx, "a");
              tx.then(() -> increment(tx, "never"));
              throw new FlotillaException(ErrorCode.CONFLICT, "no");
            });
    CompletionStage<Integer> after = loop.submit(tx -> increment(tx, "a"));
    loop.start();

    assertThat(join(before)).isEqualTo(1);
    assertThat(join(after)).isEqualTo(2);
    assertThatThrownBy(() -> join(refused)).hasRootCauseMessage("no");
  }

  @Test
  void aBugIsToldAsOneAndHarmsNoOther() {
    CompletionStage<Integer> bug =
        loop.submit(
            tx -> {
              throw new IllegalStateException("bug");
            });
    CompletionStage<Integer> after = loop.submit(tx -> increment(tx, "a"));
    loop.start();

    assertThat(join(after)).isEqualTo(1);
    assertThat(bug.toCompletableFuture())
        .failsWithin(1, TimeUnit.SECONDS)
        .withThrowableThat()
        .havingCause()
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
  }

  @Test
  void actionsRunAfterTheWriteAndBeforeTheAnswer() {
    List<String> order = new CopyOnWriteArrayList<>();
    CompletionStage<Integer> stage =
        loop.submit(
            tx -> {
              tx.then(() -> order.add("stored " + store.get("count/a").isPresent()));
              return increment(tx, "a");
            });
    CompletionStage<Boolean> told = stage.thenApply(value -> order.add("told"));
    loop.start();

    assertThat(join(told)).isTrue();
    assertThat(order).containsExactly("stored true", "told");
  }

  @Test
  void onlyTheLastActionOfASubjectRuns() {
    List<Integer> acknowledged = new CopyOnWriteArrayList<>();
    CompletionStage<Integer> last = CompletableFuture.completedStage(0);
    for (int i = 1; i <= 5; i++) {
      int number = i;
      last =
          loop.submit(
              tx -> {
                tx.thenOnce("ack", () -> acknowledged.add(number));
                return number;
              });
    }
    loop.start();

    assertThat(join(last)).isEqualTo(5);
    assertThat(acknowledged).containsExactly(5);
  }

  @Test
  void aFailedWriteIsToldToEveryoneAndLeavesNoTrace() {
    FailingStore failing = new FailingStore(store);
    try (DecisionLoop broken = new DecisionLoop(failing)) {
      CompletionStage<Integer> one = broken.submit(tx -> increment(tx, "a"));
      CompletionStage<Integer> two = broken.submit(tx -> increment(tx, "b"));
      broken.start();
      assertThatThrownBy(() -> join(one)).hasRootCauseMessage("full");
      assertThatThrownBy(() -> join(two)).hasRootCauseMessage("full");

      failing.broken = false;

      CompletionStage<Integer> repaired = broken.submit(tx -> increment(tx, "a"));
      assertThat(join(repaired)).isEqualTo(1);
    }
  }

  @Test
  void aFullQueueSaysSoAtOnce() {
    CompletionStage<Integer> last = CompletableFuture.completedStage(0);
    for (int i = 0; i <= DecisionLoop.QUEUE_CAPACITY; i++) {
      last = loop.submit(tx -> increment(tx, "a"));
    }

    assertThat(last.toCompletableFuture()).isCompletedExceptionally();
    loop.start();
  }

  @Test
  void decidesWhatCameBeforeItsEndAndRefusesWhatComesAfter() {
    CompletionStage<Integer> before = loop.submit(tx -> increment(tx, "a"));
    loop.start();
    loop.close();
    CompletionStage<Integer> after = loop.submit(tx -> increment(tx, "a"));

    assertThat(join(before)).isEqualTo(1);
    assertThat(after.toCompletableFuture()).isCompletedExceptionally();
  }

  @Test
  void scansSeeTheBatchOverTheStore() {
    BatchRunner runner = new BatchRunner(store);
    for (String id : List.of("a", "b", "c", "e")) {
      runner.decide(tx -> increment(tx, id));
    }
    runner.decide(
        tx -> {
          tx.delete(COUNTS, "b");
          increment(tx, "d");
          increment(tx, "c");
          assertThat(tx.scan(COUNTS, "", "", 10))
              .extracting(row -> row.id() + row.value().value())
              .containsExactly("a1", "c2", "d1", "e1");
          assertThat(tx.scan(COUNTS, "", "a", 2))
              .extracting(Table.Row::id)
              .containsExactly("c", "d");
          return true;
        });
  }

  @Test
  void aFailedAttemptLeavesTheDecisionAsItWas() {
    BatchRunner runner = new BatchRunner(store);
    runner.decide(
        tx -> {
          increment(tx, "a");
          assertThatThrownBy(
                  () ->
                      tx.attempt(
                          inner -> {
                            increment(inner, "a");
                            throw new FlotillaException(ErrorCode.CONFLICT, "no");
                          }))
              .hasMessage("no");
          return true;
        });

    assertThat(new StoredRecords(store).get(COUNTS, "a")).contains(new Count(1));
  }

  private static int increment(Transaction tx, String id) {
    int next = tx.get(COUNTS, id).map(Count::value).orElse(0) + 1;
    tx.put(COUNTS, id, new Count(next));
    return next;
  }

  private static <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  private static final class FailingStore implements RecordStore {
    private final RecordStore good;
    private volatile boolean broken = true;

    FailingStore(RecordStore good) {
      this.good = good;
    }

    @Override
    public Optional<byte[]> get(String key) {
      return good.get(key);
    }

    @Override
    public void write(WriteBatch batch) {
      if (broken) {
        throw new FlotillaException(ErrorCode.DISK_FULL, "full");
      }
      good.write(batch);
    }

    @Override
    public List<Entry> scan(String prefix, String afterKey, int limit) {
      return good.scan(prefix, afterKey, limit);
    }

    @Override
    public void close() {
      good.close();
    }
  }
}
