package io.flotilla.registry.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.store.DirectTransaction;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.RecordTransaction;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunRegistryTest {
  private static final Run.Inputs INPUTS =
      new Run.Inputs(
          "digits",
          "ab".repeat(32),
          Map.of("seed", "7"),
          Map.of("train", "digits-train:1@sha256:" + "cd".repeat(32)),
          Optional.of("digits:1"));
  private static final Run.Outcome OUTCOME =
      new Run.Outcome(
          Optional.of(true),
          List.of(new Run.Criterion("clean.accuracy >= 0.9", 0.93, 0.9, true)),
          Map.of("clean.accuracy", 0.93),
          Map.of("model", "ef".repeat(32)));

  @TempDir Path directory;
  private RecordStore store;
  private RunRegistry runs;

  @BeforeEach
  void open() {
    store = RocksRecordStore.open(directory);
    runs = new RunRegistry(store, Clock.fixed(Instant.ofEpochMilli(5), ZoneOffset.UTC));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private <T> T change(Function<RecordTransaction, T> change) {
    DirectTransaction tx = new DirectTransaction(store);
    T result = change.apply(tx);
    tx.commit();
    return result;
  }

  @Test
  void runIsRecordedFromStartToEnd() {
    Run started = change(tx -> runs.start(tx, "digits-retrain", INPUTS));
    assertThat(started.id()).isEqualTo("run-000001");
    assertThat(started.state()).isEqualTo(RunState.RUNNING);

    Run ended = change(tx -> runs.succeed(tx, started.id(), OUTCOME));
    assertThat(ended.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(ended.finishedAtMs()).isEqualTo(OptionalLong.of(5));
    assertThat(runs.find(started.id())).hasValue(ended);
    assertThat(ended.outcome()).hasValue(OUTCOME);
    assertThat(change(tx -> runs.start(tx, "digits-retrain", INPUTS)).id()).isEqualTo("run-000002");
    assertThat(runs.page("", 10)).extracting(Run::id).containsExactly("run-000001", "run-000002");
    assertThat(runs.page("run-000001", 10)).extracting(Run::id).containsExactly("run-000002");
  }

  @Test
  void theRunOfALineageIsFoundByItsIdAndByItsRecipe() {
    String recipe = "ab".repeat(32);
    Run.Outcome outcome =
        new Run.Outcome(Optional.empty(), List.of(), Map.of(), Map.of("recipe", recipe));
    String first = change(tx -> runs.start(tx, "p", INPUTS)).id();
    String again = change(tx -> runs.start(tx, "p", INPUTS)).id();
    change(tx -> runs.succeed(tx, first, outcome));
    change(tx -> runs.succeed(tx, again, outcome));

    assertThat(runs.named("digits", again)).map(Run::id).contains(again);
    assertThat(runs.named("digits", "recipe:" + recipe)).map(Run::id).contains(first);
    assertThat(runs.named("rooms", again)).isEmpty();
    assertThat(runs.named("rooms", "recipe:" + recipe)).isEmpty();
    assertThat(runs.named("digits", "recipe:" + "cd".repeat(32))).isEmpty();
  }

  @Test
  void runEndsOnce() {
    String id = change(tx -> runs.start(tx, "p", INPUTS)).id();
    change(tx -> runs.fail(tx, id, new Run.Failure(ErrorCode.STEP_FAILED, "it broke")));

    assertThatThrownBy(() -> change(tx -> runs.succeed(tx, id, OUTCOME)))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    assertThatThrownBy(() -> change(tx -> runs.succeed(tx, "run-000009", OUTCOME)))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RUN_NOT_FOUND));
    assertThat(runs.find("../x")).isEmpty();
  }

  @Test
  void runsThatTheControllerLeftBehindFail() {
    String left = change(tx -> runs.start(tx, "p", INPUTS)).id();
    String done = change(tx -> runs.start(tx, "p", INPUTS)).id();
    change(tx -> runs.succeed(tx, done, OUTCOME));

    assertThat(change(runs::failInterrupted).stream().map(Run::id)).containsExactly(left);
    assertThat(runs.find(left).orElseThrow().failure().orElseThrow().code())
        .isEqualTo(ErrorCode.STEP_FAILED);
    assertThat(runs.find(done).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(change(runs::failInterrupted)).isEmpty();
  }
}
