package io.flotilla.controller.device;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.name.Names;
import io.flotilla.registry.store.RecordStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The saved groups. In a selector from outside, {@code @name} stands for the terms of a group; it
 * is replaced when the selector comes in, so that a group that changes later does not change what a
 * rollout that is under way means.
 */
public final class Groups {
  /** Most groups. */
  public static final int MAX_GROUPS = 1000;

  private static final char MARK = '@';
  private static final Table<Group> GROUPS = Table.cached("group", Group.class);

  private final ConcurrentNavigableMap<String, Group> stored = new ConcurrentSkipListMap<>();

  /** Reads all groups from the store. */
  public Groups(RecordStore store) {
    for (RecordStore.Entry entry : store.scan(GROUPS.key(""), "", MAX_GROUPS)) {
      Group group = RecordCodec.decode(entry.value(), Group.class, entry.key());
      stored.put(group.name(), group);
    }
  }

  /**
   * Saves a group in place of what had its name.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the name or the description is none; {@code
   *     SELECTOR_INVALID}; {@code CONFLICT} if there are {@value #MAX_GROUPS} already
   */
  void put(Transaction tx, Group group) {
    if (!Names.isName(group.name())) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "that is no name of a group");
    }
    Names.requireReason(group.description());
    Selector.parse(group.selector());
    if (tx.get(GROUPS, group.name()).isEmpty()
        && tx.scan(GROUPS, "", "", MAX_GROUPS).size() == MAX_GROUPS) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, "there are %d groups: delete some".formatted(MAX_GROUPS));
    }
    tx.put(GROUPS, group.name(), group);
    tx.then(() -> stored.put(group.name(), group));
  }

  /**
   * Deletes a group.
   *
   * @throws FlotillaException {@code GROUP_NOT_FOUND}
   */
  void delete(Transaction tx, String name) {
    if (tx.get(GROUPS, name).isEmpty()) {
      throw notFound(name);
    }
    tx.delete(GROUPS, name);
    tx.then(() -> stored.remove(name));
  }

  /** All groups, by name. */
  List<Group> list() {
    return List.copyOf(stored.values());
  }

  /**
   * A group.
   *
   * @throws FlotillaException {@code GROUP_NOT_FOUND}
   */
  Group require(String name) {
    return Optional.ofNullable(stored.get(name)).orElseThrow(() -> notFound(name));
  }

  /**
   * A selector with the groups that it names replaced by their terms; one that is too long stays as
   * it is, for {@link Selector#parse} to refuse.
   *
   * @throws FlotillaException {@code SELECTOR_INVALID}, {@code GROUP_NOT_FOUND}
   */
  public String expand(String text) {
    if (text.indexOf(MARK) < 0 || text.length() > Selector.MAX_CHARS) {
      return text;
    }
    List<String> terms = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String term = part.strip();
      if (term.isEmpty() || term.charAt(0) != MARK) {
        terms.add(part);
        continue;
      }
      String selector = require(term.substring(1)).selector();
      if (!Selector.parse(selector).equals(Selector.ALL)) {
        terms.add(selector);
      }
    }
    return terms.isEmpty() ? Selector.ALL.toString() : String.join(",", terms);
  }

  /**
   * The devices that a selector from outside means; all if there is none.
   *
   * @throws FlotillaException {@code SELECTOR_INVALID}, {@code GROUP_NOT_FOUND}
   */
  public Selector selector(Optional<String> text) {
    return text.map(this::expand).map(Selector::parse).orElse(Selector.ALL);
  }

  private static FlotillaException notFound(String name) {
    return new FlotillaException(
        ErrorCode.GROUP_NOT_FOUND,
        "no group is called \"%s\": see GET /groups".formatted(Labels.printable(name)));
  }
}
