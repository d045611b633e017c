package io.flotilla.registry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.Digest;
import io.flotilla.registry.audit.AuditHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cuts the registry at 500 seeded moments: each durable step of registering, tagging, moving
 * aliases, deleting, collecting and starting can be the last one that reaches the disk, and half of
 * the cuts lose what was not forced to it. After each the registry is opened from the disk alone.
 */
class CrashPointTest {
  private static final int CUTS = 100;
  private static final int BUNDLES = 40;
  private static final int LONGEST_RUN = 25;
  private static final int STARTING_STEPS = 6;

  /** Cuts by the operation that they hit, and by how it turned out; over all seeds. */
  private static final Map<String, Integer> HITS = new TreeMap<>();

  private static CrashBundles bundles;
  private static List<String> digests;
  @TempDir static Path made;

  @TempDir Path data;
  private final CutPoint cut = new CutPoint();

  @BeforeAll
  static void makeBundles() throws IOException {
    bundles = new CrashBundles(made, BUNDLES);
    digests = bundles.archives().stream().map(archive -> Digest.of(archive).hex()).toList();
  }

  @AfterAll
  static void everyOperationWasHit() {
    System.out.println("cuts by what they hit: " + HITS);
    assertThat(HITS)
        .containsKeys(
            "Collect",
            "Delete undone",
            "Delete done",
            "MoveAlias undone",
            "MoveAlias done",
            "Register undone",
            "Register done",
            "Tag undone",
            "Tag done",
            "starting");
  }

  @ParameterizedTest(name = "seed {0}: 100 cuts")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everyCutLeavesEachOperationWholeOrUndone(long seed) throws IOException {
    Random random = new Random(seed);
    CutDisk disk = new CutDisk(cut, Files.createDirectory(data.resolve("grave")));
    Expected expected = Expected.NOTHING;
    CutRegistry registry = new CutRegistry(data, cut, disk, bundles);
    long begun = registry.head().sequence();
    for (int i = 0; i < CUTS; i++) {
      String when = "seed %d, cut %d".formatted(seed, i);
      cut.arm(1 + random.nextInt(LONGEST_RUN), random.nextBoolean());
      AuditHead acknowledged = registry.head();
      Expected before = expected;
      Operation operation = before.choose(random, BUNDLES);
      try {
        while (true) {
          registry.perform(operation);
          acknowledged = registry.head();
          before = before.after(operation);
          operation = before.choose(random, BUNDLES);
        }
      } catch (CutPoint.Cut e) {
        registry.close();
      }
      registry = restart(disk, random);
      when += ", in " + operation;
      Expected after = before.after(operation);
      List<String> lines = registry.lines();
      boolean done = registry.head().sequence() == begun + after.changes();
      expected = done ? after : before;
      assertThat(lines).as(when).isEqualTo(expected.lines(digests));
      assertThat(registry.head().sequence()).as(when).isEqualTo(begun + expected.changes());
      registry.check(acknowledged, when);
      count(operation, before.equals(after) ? "" : done ? " done" : " undone");
    }
    registry.close();
    assertThat(expected.versions()).hasSizeGreaterThan(50);
  }

  /** Starts from the disk alone; some starts are cut as well. */
  private CutRegistry restart(CutDisk disk, Random random) throws IOException {
    while (true) {
      if (random.nextBoolean()) {
        disk.losePower(random);
      }
      boolean cutAgain = random.nextInt(4) == 0;
      if (cutAgain) {
        cut.arm(1 + random.nextInt(STARTING_STEPS), random.nextBoolean());
      } else {
        cut.disarm();
      }
      try {
        CutRegistry registry = new CutRegistry(data, cut, disk, bundles);
        cut.disarm();
        return registry;
      } catch (CutPoint.Cut e) {
        HITS.merge("starting", 1, Integer::sum);
      }
    }
  }

  private static void count(Operation operation, String outcome) {
    HITS.merge(operation.getClass().getSimpleName() + outcome, 1, Integer::sum);
  }
}
