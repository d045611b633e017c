package io.flotilla.registry.model;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.name.Names;
import io.flotilla.registry.search.RecordView;
import io.flotilla.registry.store.RecordTransaction;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** How aliases lie in the record store. An alias that is removed keeps its history. */
final class Aliases {
  /** Most aliases that a model may ever have had. */
  static final int MAX_ALIASES = 256;

  private static final String ALIASES = "model-alias/";
  private static final String HISTORY = "model-alias-history/";

  private Aliases() {}

  /** The state of an alias after its last change. */
  private record Stored(String alias, AliasChange last) {
    Optional<Alias> living() {
      return last.after().isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Alias(alias, last.after().getAsInt(), last.atMs(), last.by(), last.reason()));
    }
  }

  static Optional<Alias> find(RecordView view, String model, String alias) {
    return stored(view, model, alias).flatMap(Stored::living);
  }

  static Alias require(RecordView view, String model, String alias) {
    return find(view, model, alias)
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.ALIAS_NOT_FOUND, "the model has no such alias: set it first"));
  }

  /** Those that point somewhere, by name. */
  static List<Alias> all(RecordView view, String model) {
    return everHad(view, model).stream().flatMap(stored -> stored.living().stream()).toList();
  }

  static List<String> pointingTo(RecordView view, String model, int version) {
    return all(view, model).stream()
        .filter(alias -> alias.version() == version)
        .map(Alias::alias)
        .toList();
  }

  static List<AliasChange> history(
      RecordView view, String model, String alias, long after, int limit) {
    if (!Names.isName(model) || !Names.isName(alias)) {
      return List.of();
    }
    String prefix = "%s%s/%s/".formatted(HISTORY, model, alias);
    return view.scan(prefix, after < 1 ? "" : historyKey(model, alias, after), limit).stream()
        .map(entry -> RecordCodec.decode(entry.value(), AliasChange.class, entry.key()))
        .toList();
  }

  /** Moves an alias to a version that is there; where it was is left to the caller to index. */
  static Alias move(RecordTransaction tx, AliasMove move, long atMs) {
    RecordView view = RecordView.of(tx);
    Optional<Stored> stored = stored(view, move.model(), move.alias());
    OptionalInt actual = stored.map(one -> one.last().after()).orElseGet(OptionalInt::empty);
    if (!move.expectation().holds(actual)) {
      throw new FlotillaException(
          ErrorCode.ALIAS_MOVED,
          actual.isEmpty()
              ? "the alias %s points nowhere: look at it again".formatted(move.alias())
              : "the alias %s points to version %d: look at it again"
                  .formatted(move.alias(), actual.getAsInt()));
    }
    if (stored.isEmpty() && everHad(view, move.model()).size() >= MAX_ALIASES) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "a model has at most %d aliases, removed ones included".formatted(MAX_ALIASES));
    }
    if (!actual.equals(OptionalInt.of(move.version()))) {
      put(
          tx,
          move.model(),
          move.alias(),
          new AliasChange(
              stored.map(one -> one.last().sequence()).orElse(0L) + 1,
              actual,
              OptionalInt.of(move.version()),
              atMs,
              move.by(),
              move.reason()));
    }
    return require(view, move.model(), move.alias());
  }

  /** Removes an alias; where it was is left to the caller to index. */
  static void remove(RecordTransaction tx, String model, Alias alias, Deed deed) {
    long sequence =
        stored(RecordView.of(tx), model, alias.alias())
            .map(one -> one.last().sequence())
            .orElse(0L);
    put(
        tx,
        model,
        alias.alias(),
        new AliasChange(
            sequence + 1,
            OptionalInt.of(alias.version()),
            OptionalInt.empty(),
            deed.atMs(),
            deed.by(),
            deed.reason()));
  }

  /** When, by whom and why something was done. */
  record Deed(long atMs, String by, String reason) {}

  private static void put(RecordTransaction tx, String model, String alias, AliasChange change) {
    tx.put(key(model, alias), RecordCodec.encode(new Stored(alias, change)));
    tx.put(historyKey(model, alias, change.sequence()), RecordCodec.encode(change));
  }

  private static Optional<Stored> stored(RecordView view, String model, String alias) {
    if (!Names.isName(model) || !Names.isName(alias)) {
      return Optional.empty();
    }
    String key = key(model, alias);
    return view.get(key).map(json -> RecordCodec.decode(json, Stored.class, key));
  }

  private static List<Stored> everHad(RecordView view, String model) {
    if (!Names.isName(model)) {
      return List.of();
    }
    return view.scan(ALIASES + model + "/", "", MAX_ALIASES).stream()
        .map(entry -> RecordCodec.decode(entry.value(), Stored.class, entry.key()))
        .toList();
  }

  private static String key(String model, String alias) {
    return "%s%s/%s".formatted(ALIASES, model, alias);
  }

  private static String historyKey(String model, String alias, long sequence) {
    return "%s%s/%s/%010d".formatted(HISTORY, model, alias, sequence);
  }
}
