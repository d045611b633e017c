package io.flotilla.registry.model;

import static io.flotilla.registry.model.OpenRegistry.code;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AliasTest {
  @TempDir Path directory;
  private OpenRegistry open;

  @BeforeEach
  void open() throws IOException {
    open = new OpenRegistry(directory);
    open.version("digits", "one", Map.of());
    open.version("digits", "two", Map.of());
    open.version("digits", "three", Map.of());
  }

  @AfterEach
  void close() {
    open.close();
  }

  @Test
  void aliasPointsWhereItWasMovedLastAndIsFound() {
    open.move("champion", 1, Expectation.ABSENT);
    open.move("candidate", 1, Expectation.ANY);
    Alias moved = open.move("champion", 3, Expectation.at(1));

    assertThat(moved.version()).isEqualTo(3);
    assertThat(moved.by()).isEqualTo("ada");
    assertThat(moved.reason()).isEqualTo("it is better");
    assertThat(moved.atMs()).isEqualTo(OpenRegistry.NOW.toEpochMilli());
    assertThat(open.get().alias("digits", "champion")).hasValue(moved);
    assertThat(open.get().aliases("digits"))
        .extracting(Alias::alias)
        .containsExactly("candidate", "champion");
    assertThat(open.found("alias=champion")).containsExactly("digits:3");
    assertThat(open.found("alias=candidate")).containsExactly("digits:1");
    assertThat(open.get().details(open.get().require("digits", 1)).aliases())
        .containsExactly("candidate");
  }

  @Test
  void everyMoveStaysInTheHistoryRemovalsIncluded() {
    open.move("champion", 1, Expectation.ABSENT);
    open.move("champion", 1, Expectation.ANY);
    open.move("champion", 2, Expectation.ANY);
    Alias removed = removeChampion();
    assertThat(removed.version()).isEqualTo(2);
    open.move("champion", 3, Expectation.ABSENT);
    open.reopen();

    List<AliasChange> history = open.get().aliasHistory("digits", "champion", 0, 10);
    assertThat(history).extracting(AliasChange::sequence).containsExactly(1L, 2L, 3L, 4L);
    assertThat(history)
        .extracting(AliasChange::after)
        .containsExactly(
            OptionalInt.of(1), OptionalInt.of(2), OptionalInt.empty(), OptionalInt.of(3));
    assertThat(history)
        .extracting(AliasChange::before)
        .containsExactly(
            OptionalInt.empty(), OptionalInt.of(1), OptionalInt.of(2), OptionalInt.empty());
    assertThat(open.get().aliasHistory("digits", "champion", 2, 1))
        .extracting(AliasChange::sequence)
        .containsExactly(3L);
    assertThat(open.get().aliasHistory("../x", "champion", 0, 1)).isEmpty();
  }

  @Test
  void moveAgainstTheExpectationIsRefusedAndChangesNothing() {
    open.move("champion", 1, Expectation.ANY);

    assertThat(code(() -> open.move("champion", 2, Expectation.ABSENT)))
        .isEqualTo(ErrorCode.ALIAS_MOVED);
    assertThat(code(() -> open.move("champion", 2, Expectation.at(3))))
        .isEqualTo(ErrorCode.ALIAS_MOVED);
    assertThat(code(() -> open.move("candidate", 2, Expectation.at(3))))
        .isEqualTo(ErrorCode.ALIAS_MOVED);
    assertThat(open.get().resolve("digits@champion").version()).isEqualTo(1);
    assertThat(open.get().aliasHistory("digits", "champion", 0, 10)).hasSize(1);
  }

  @Test
  void ofManyPublishersWhoRaceForOneAliasExactlyOneWins() throws Exception {
    open.move("champion", 1, Expectation.ABSENT);
    for (int round = 0; round < 20; round++) {
      int at = open.get().resolve("digits@champion").version();
      int to = at % 3 + 1;
      List<Future<Integer>> racers;
      try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
        racers = IntStream.range(0, 8).mapToObj(_ -> pool.submit(() -> race(at, to))).toList();
      }
      int won = 0;
      for (Future<Integer> racer : racers) {
        won += racer.get();
      }
      assertThat(won).isEqualTo(1);
    }
    assertThat(open.get().aliasHistory("digits", "champion", 0, 100)).hasSize(21);
  }

  private int race(int from, int to) {
    try {
      open.move("champion", to, Expectation.at(from));
      return 1;
    } catch (FlotillaException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.ALIAS_MOVED);
      return 0;
    }
  }

  @Test
  void badAliasesAndUnknownVersionsAreRefused() {
    assertThat(code(() -> open.move("Champion!", 1, Expectation.ANY)))
        .isEqualTo(ErrorCode.NAME_INVALID);
    assertThat(code(() -> open.move("champion", 9, Expectation.ANY)))
        .isEqualTo(ErrorCode.VERSION_NOT_FOUND);
    assertThat(code(this::removeChampion)).isEqualTo(ErrorCode.ALIAS_NOT_FOUND);
    assertThat(open.get().aliases("digits")).isEmpty();
    assertThat(open.get().aliases("../digits")).isEmpty();
  }

  @Test
  void aModelHasSoManyAliasesAndNoMore() {
    open.get()
        .directly(
            tx -> {
              for (int i = 0; i < Aliases.MAX_ALIASES; i++) {
                open.get()
                    .moveAlias(tx, new AliasMove("digits", "a" + i, 1, Expectation.ANY, "ada", ""));
              }
              return tx;
            });
    assertThat(code(() -> open.move("one-more", 1, Expectation.ANY)))
        .isEqualTo(ErrorCode.INPUT_INVALID);
    assertThat(open.move("a7", 2, Expectation.ANY).version()).isEqualTo(2);
  }

  private Alias removeChampion() {
    return open.get()
        .directly(
            tx -> open.get().removeAlias(tx, "digits", "champion", "ada", "it was a mistake"));
  }
}
