package io.flotilla.registry.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What the registry should hold: an independent, simple account of it.
 *
 * @param versions by number less one
 * @param aliases version of each alias
 * @param changes how many operations changed something
 */
record Expected(List<Version> versions, SortedMap<String, Integer> aliases, long changes) {
  static final Expected NOTHING = new Expected(List.of(), new TreeMap<>(), 0);
  private static final List<String> ALIASES = List.of("champion", "candidate", "previous");

  /**
   * A version.
   *
   * @param bundle number of its bundle
   * @param tag value of its tag; "" if it has none
   */
  record Version(int bundle, boolean deleted, String tag) {}

  /** What it holds after an operation. */
  Expected after(Operation operation) {
    List<Version> next = new ArrayList<>(versions);
    SortedMap<String, Integer> moved = new TreeMap<>(aliases);
    switch (operation) {
      case Operation.Register register -> {
        if (living().anyMatch(v -> versions.get(v - 1).bundle() == register.bundle())) {
          return this;
        }
        next.add(new Version(register.bundle(), false, ""));
      }
      case Operation.Tag tag ->
          next.set(
              tag.version() - 1,
              new Version(versions.get(tag.version() - 1).bundle(), false, tag.value()));
      case Operation.MoveAlias alias -> moved.put(alias.alias(), alias.version());
      case Operation.Delete delete -> {
        next.set(
            delete.version() - 1,
            new Version(versions.get(delete.version() - 1).bundle(), true, ""));
        moved.values().removeIf(version -> version == delete.version());
      }
      case Operation.Collect _ -> {
        return this;
      }
    }
    return new Expected(List.copyOf(next), moved, changes + 1);
  }

  /** Numbers of the versions that are not deleted. */
  IntStream living() {
    return IntStream.rangeClosed(1, versions.size()).filter(v -> !versions.get(v - 1).deleted());
  }

  /** Some operation that is allowed now. */
  Operation choose(Random random, int bundles) {
    int[] living = living().toArray();
    int kind = random.nextInt(12);
    if (kind < 3 || living.length == 0) {
      return new Operation.Register(random.nextInt(bundles));
    }
    int version = living[random.nextInt(living.length)];
    return switch (kind) {
      case 3, 4 -> new Operation.Tag(version, "t" + random.nextInt(1000));
      case 5, 6 -> new Operation.MoveAlias(ALIASES.get(random.nextInt(ALIASES.size())), version);
      case 7, 8 -> new Operation.Delete(version);
      default -> new Operation.Collect();
    };
  }

  /** A line for each version and alias. */
  List<String> lines(List<String> digests) {
    List<String> lines = new ArrayList<>();
    for (int v = 1; v <= versions.size(); v++) {
      Version version = versions.get(v - 1);
      lines.add(line(v, digests.get(version.bundle()), version.deleted(), version.tag()));
    }
    aliases.forEach((alias, version) -> lines.add(alias + " -> " + version));
    return lines;
  }

  static String line(int version, String digest, boolean deleted, String tag) {
    return "%d %s%s%s"
        .formatted(
            version,
            digest.substring(0, 8),
            deleted ? " deleted" : "",
            deleted || tag.isEmpty() ? "" : " " + tag);
  }
}
