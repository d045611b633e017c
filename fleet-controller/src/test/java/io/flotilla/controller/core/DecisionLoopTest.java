package io.flotilla.controller.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.audit.AuditAction;
import io.flotilla.registry.audit.AuditEntry;
import io.flotilla.registry.audit.AuditFilter;
import io.flotilla.registry.audit.AuditHead;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DecisionLoopTest {
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(7), ZoneOffset.UTC);
  private static final Table<Count> COUNTS = Table.cached("count", Count.class);

  private final MemoryStore store = new MemoryStore();
  private final DecisionLoop loop = loop(store);

  record Count(int value) {}

  private static DecisionLoop loop(RecordStore store) {
    return new DecisionLoop(store, log(store));
  }

  private static AuditLog log(RecordStore store) {
    return new AuditLog(store, CLOCK, GovernedRecords.SCOPE);
  }

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
    try (DecisionLoop broken = loop(failing)) {
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
  void itSaysThatTheStoreFailsUntilAWriteGoesWellEvenOneThatChangesNothing() {
    FailingStore failing = new FailingStore(store);
    try (DecisionLoop broken = loop(failing)) {
      broken.start();
      assertThat(broken.storing()).isTrue();
      CompletionStage<Integer> full = broken.submit(tx -> increment(tx, "a"));
      assertThatThrownBy(() -> join(full)).hasRootCauseMessage("full");
      assertThat(broken.storing()).isFalse();

      CompletionStage<Integer> still = broken.submit(tx -> 0);
      assertThatThrownBy(() -> join(still)).hasRootCauseMessage("full");
      assertThat(broken.storing()).isFalse();

      failing.broken = false;
      CompletionStage<Integer> nothing = broken.submit(tx -> 1);
      assertThat(join(nothing)).isEqualTo(1);
      assertThat(broken.storing()).isTrue();
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
  void theStoresOwnViewSeesAndMakesTheSameChanges() {
    BatchRunner runner = new BatchRunner(store);
    for (String id : List.of("a", "b", "c")) {
      runner.decide(tx -> increment(tx, id));
    }
    runner.decide(
        tx -> {
          increment(tx, "b");
          tx.records().delete("count/a");
          tx.records().put("count/d", "{\"value\":9}".getBytes(StandardCharsets.UTF_8));
          assertThat(tx.records().get("count/b").map(String::new)).contains("{\"value\":2}");
          assertThat(tx.records().get("count/a")).isEmpty();
          assertThat(tx.records().scan("count/", "count/b", 1))
              .extracting(RecordStore.Entry::key)
              .containsExactly("count/c");
          assertThat(tx.scan(COUNTS, "", "", 10))
              .extracting(row -> row.id() + row.value().value())
              .containsExactly("b2", "c1", "d9");
          return true;
        });

    assertThat(new StoredRecords(store).get(COUNTS, "d")).contains(new Count(9));
    assertThat(new StoredRecords(store).get(COUNTS, "a")).isEmpty();
    int afterwards = runner.decide(tx -> increment(tx, "d"));
    assertThat(afterwards).isEqualTo(10);
  }

  @Test
  void whatADecisionDidIsVouchedForInItsOwnWrite() {
    AuditLog log = log(store);
    CompletionStage<Integer> first =
        loop.submit(
            tx -> {
              tx.audit(action("first"));
              increment(tx, "b");
              return increment(tx, "a");
            });
    CompletionStage<Integer> second =
        loop.submit(
            tx -> {
              tx.audit(action("second"));
              return increment(tx, "a");
            });
    CompletionStage<Integer> silent = loop.submit(tx -> increment(tx, "c"));
    CompletionStage<Integer> refused =
        loop.submit(
            tx -> {
              tx.audit(action("refused"));
              throw new FlotillaException(ErrorCode.CONFLICT, "no");
            });
    loop.start();
    join(first);
    join(second);
    join(silent);
    assertThat(refused.toCompletableFuture()).failsWithin(10, TimeUnit.SECONDS);

    List<AuditEntry> entries = log.page(0, 10, AuditFilter.ALL).entries();
    assertThat(entries)
        .extracting(AuditEntry::actor, AuditEntry::action, entry -> entry.records().keySet())
        .containsExactly(
            tuple("somebody", "first", Set.of("count/b")),
            tuple("somebody", "second", Set.of("count/a")),
            tuple("controller", "record.update", Set.of("count/c")));
    assertThat(store.writes()).isEqualTo(1);
    assertThat(log.verify(Optional.empty()).problems()).isEmpty();
    store.write(new WriteBatch().put("count/a", "{\"value\":7}".getBytes(StandardCharsets.UTF_8)));
    assertThat(log.verify(Optional.empty()).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.key()).contains("count/a"));
  }

  @Test
  void whatDevicesStreamInIsNotVouchedFor() {
    Table<Count> drift = Table.of("drift", Count.class);
    BatchRunner runner = new BatchRunner(store);
    runner.decide(
        tx -> {
          tx.put(drift, "digits/cam-1", new Count(1));
          return true;
        });

    assertThat(log(store).head()).isEqualTo(AuditHead.NONE);
    assertThat(log(store).governs("device/cam-1")).isTrue();
  }

  private static AuditAction action(String name) {
    return new AuditAction("somebody", name, "count/a", Map.of("reason", "a test"));
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
