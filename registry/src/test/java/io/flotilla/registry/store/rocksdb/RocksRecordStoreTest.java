package io.flotilla.registry.store.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.store.CheckpointStore;
import io.flotilla.registry.store.CheckpointStoreContract;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksRecordStoreTest extends CheckpointStoreContract {
  @TempDir Path folder;

  @Override
  protected CheckpointStore open(Path directory) {
    return RocksRecordStore.open(directory);
  }

  @Test
  void secondOpenInThisProcessIsRefusedAsLocked() {
    try (RecordStore first = RocksRecordStore.open(folder)) {
      assertThat(refusal()).isEqualTo(ErrorCode.STORE_LOCKED);
      assertThat(first.get("a")).isEmpty();
    }
  }

  @Test
  void storeOfAnotherProcessIsLockedAndKeepsWhatItWroteWhenThatIsKilled() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Process other = start(Holder.class, folder, temporary);
    try (BufferedReader out = other.inputReader(UTF_8)) {
      assertThat(out.readLine()).isEqualTo("open");
      assertThat(refusal()).isEqualTo(ErrorCode.STORE_LOCKED);
    } finally {
      other.destroyForcibly();
      assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    try (RecordStore store = RocksRecordStore.open(folder)) {
      assertThat(store.get("kept")).hasValue("yes".getBytes(UTF_8));
    }
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void everyFlippedByteOfATableIsReportedByNameAndNeverServed() throws IOException {
    Map<String, byte[]> values = new TreeMap<>();
    Random random = new Random(42);
    try (RecordStore store = RocksRecordStore.open(folder)) {
      for (int i = 0; i < 40; i++) {
        byte[] incompressible = new byte[3000];
        random.nextBytes(incompressible);
        values.put("record/%02d".formatted(i), incompressible);
        store.write(new WriteBatch().put("record/%02d".formatted(i), incompressible));
      }
    }
    // Opening writes what the log held into a table file.
    RocksRecordStore.open(folder).close();
    Path table = only(".sst");
    byte[] content = Files.readAllBytes(table);
    int reported = 0;
    for (int at = 500; at < 40 * 3000; at += 7919) {
      byte[] damaged = content.clone();
      damaged[at] ^= 1;
      Files.write(table, damaged);
      reported += readingAll(values);
    }
    Files.write(table, content);
    assertThat(reported).isGreaterThanOrEqualTo(15);
    assertThat(readingAll(values)).isZero();
  }

  /** How many records are reported as damaged; every other one is as it was written. */
  private int readingAll(Map<String, byte[]> values) {
    int reported = 0;
    try (RecordStore store = RocksRecordStore.open(folder)) {
      for (Map.Entry<String, byte[]> one : values.entrySet()) {
        try {
          assertThat(store.get(one.getKey())).hasValue(one.getValue());
        } catch (FlotillaException e) {
          assertThat(e.code()).isEqualTo(ErrorCode.STORE_CORRUPT);
          assertThat(e).hasMessageContaining(one.getKey()).hasMessageContaining(".sst");
          reported++;
        }
      }
      if (reported > 0) {
        assertThatThrownBy(() -> store.scan("record/", "", 100))
            .isInstanceOfSatisfying(
                FlotillaException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_CORRUPT))
            .hasMessageContaining("record/")
            .hasMessageContaining(".sst");
      }
    }
    return reported;
  }

  @Test
  void copyOfATableThatIsOnlyWholeInTheCacheIsRefusedByName() throws IOException {
    Random random = new Random(7);
    Path data = folder.resolve("data");
    try (RecordStore store = RocksRecordStore.open(data)) {
      for (int i = 0; i < 20; i++) {
        byte[] incompressible = new byte[3000];
        random.nextBytes(incompressible);
        store.write(new WriteBatch().put("record/%02d".formatted(i), incompressible));
      }
    }
    RocksRecordStore.open(data).close();
    Path table = onlyIn(data, ".sst");
    byte[] whole = Files.readAllBytes(table);
    try (CheckpointStore store = RocksRecordStore.open(data)) {
      store.checkpoint(folder.resolve("whole"));
      assertThat(folder.resolve("whole")).isNotEmptyDirectory();
      assertThat(store.scan("record/", "", 100)).hasSize(20);
      for (int at = 100; at < whole.length; at += 2711) {
        byte[] damaged = whole.clone();
        damaged[at] ^= 1;
        Files.write(table, damaged);
        // From the cache, as if nothing were wrong.
        assertThat(store.scan("record/", "", 100)).hasSize(20);
        Path copy = folder.resolve("copy-" + at);
        FlotillaException refusal =
            catchThrowableOfType(FlotillaException.class, () -> store.checkpoint(copy));
        assertThat(refusal).as("damage at byte %d", at).isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.STORE_CORRUPT);
        assertThat(refusal).hasMessageContaining(table.getFileName().toString());
      }
      Files.write(table, whole);
      store.checkpoint(folder.resolve("healed"));
    }
  }

  @Test
  void lostTableIsReportedByName() throws IOException {
    try (RecordStore store = RocksRecordStore.open(folder)) {
      byte[] incompressible = new byte[10_000];
      new Random(42).nextBytes(incompressible);
      store.write(new WriteBatch().put("a", incompressible));
    }
    RocksRecordStore.open(folder).close();
    Path table = only(".sst");
    Files.delete(table);

    assertThatThrownBy(
            () -> {
              try (RecordStore store = RocksRecordStore.open(folder)) {
                store.get("a");
              }
            })
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_CORRUPT))
        .hasMessageContaining(table.getFileName().toString());
  }

  @Test
  void damagedLogIsReportedWhenItIsOpened() throws IOException {
    try (RecordStore store = RocksRecordStore.open(folder)) {
      store.write(new WriteBatch().put("a", new byte[10_000]));
      store.write(new WriteBatch().put("b", new byte[10_000]));
    }
    Path log = only(".log");
    byte[] content = Files.readAllBytes(log);
    content[1000] ^= 1;
    Files.write(log, content);

    assertThat(refusal()).isEqualTo(ErrorCode.STORE_CORRUPT);
  }

  @Test
  void tornLastRecordLosesOnlyWhatWasNeverAcknowledged() throws IOException {
    try (RecordStore store = RocksRecordStore.open(folder)) {
      store.write(new WriteBatch().put("a", new byte[10_000]));
      store.write(new WriteBatch().put("b", new byte[10_000]));
    }
    Path log = only(".log");
    byte[] content = Files.readAllBytes(log);
    Files.write(log, Arrays.copyOf(content, content.length - 5_000));

    try (RecordStore store = RocksRecordStore.open(folder)) {
      assertThat(store.get("a")).hasValue(new byte[10_000]);
      assertThat(store.get("b")).isEmpty();
    }
  }

  @Test
  void lostCurrentFileIsNotTakenForANewStore() throws IOException {
    try (RecordStore store = RocksRecordStore.open(folder)) {
      store.write(new WriteBatch().put("a", new byte[1]));
    }
    Files.delete(folder.resolve("CURRENT"));

    assertThat(refusal()).isEqualTo(ErrorCode.STORE_CORRUPT);
  }

  @Test
  void folderThatIsAFileIsOneSentence() throws IOException {
    Path file = folder.resolve("file");
    Files.writeString(file, "x", StandardOpenOption.CREATE_NEW);

    assertThatThrownBy(() -> RocksRecordStore.open(file))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_FAILED))
        .hasMessageContaining(file.toString());
  }

  private ErrorCode refusal() {
    FlotillaException refused =
        catchThrowableOfType(FlotillaException.class, () -> RocksRecordStore.open(folder).close());
    return refused.code();
  }

  private Path only(String suffix) throws IOException {
    return onlyIn(folder, suffix);
  }

  private static Path onlyIn(Path directory, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> found =
          files
              .filter(f -> f.toString().endsWith(suffix))
              .filter(f -> f.toFile().length() > 5000)
              .toList();
      assertThat(found).hasSize(1);
      return found.getFirst();
    }
  }

  private static Process start(Class<?> main, Path argument, Path temporary) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:-UsePerfData",
            "-Djava.io.tmpdir=" + temporary,
            main.getName(),
            argument.toString());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Has a store open until it is killed or its input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      try (RecordStore store = RocksRecordStore.open(Path.of(arguments[0]))) {
        store.write(new WriteBatch().put("kept", "yes".getBytes(UTF_8)));
        System.out.println("open");
        System.in.read();
      }
    }
  }
}
