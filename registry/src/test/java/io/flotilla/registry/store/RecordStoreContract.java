package io.flotilla.registry.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every implementation of {@link RecordStore} promises; each has a subclass. */
public abstract class RecordStoreContract {
  @TempDir Path directory;

  private RecordStore store;

  /** Opens the store in this folder; called again after a close it finds what was stored. */
  protected abstract RecordStore open(Path directory);

  @BeforeEach
  void openStore() {
    store = open(directory);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void unknownKeyHasNoValue() {
    assertThat(store.get("device/none")).isEmpty();
  }

  @Test
  void batchIsVisibleWhole() {
    store.write(new WriteBatch().put("a", bytes("1")).put("b", bytes("2")));
    store.write(new WriteBatch().delete("a").put("b", bytes("3")).put("c", new byte[0]));

    assertThat(store.get("a")).isEmpty();
    assertThat(store.get("b")).hasValue(bytes("3"));
    assertThat(store.get("c")).hasValue(new byte[0]);
  }

  @Test
  void laterChangeOfOneKeyHolds() {
    store.write(new WriteBatch().put("a", bytes("1")).delete("a").put("a", bytes("2")));
    store.write(new WriteBatch().put("b", bytes("1")).delete("b"));

    assertThat(store.get("a")).hasValue(bytes("2"));
    assertThat(store.get("b")).isEmpty();
  }

  @Test
  void scanGivesAPrefixInOrderOfItsBytes() {
    store.write(
        new WriteBatch()
            .put("device/b", bytes("2"))
            .put("device/é", bytes("4"))
            .put("device/a", bytes("1"))
            .put("device/c", bytes("3"))
            .put("devices", bytes("x"))
            .put("devic", bytes("x")));

    assertThat(keys(store.scan("device/", "", 10)))
        .containsExactly("device/a", "device/b", "device/c", "device/é");
  }

  @Test
  void scanContinuesAfterAKeyThatMayBeGone() {
    store.write(
        new WriteBatch().put("d/a", bytes("1")).put("d/b", bytes("2")).put("d/c", bytes("3")));

    assertThat(keys(store.scan("d/", "d/a", 1))).containsExactly("d/b");
    store.write(new WriteBatch().delete("d/b"));
    assertThat(keys(store.scan("d/", "d/b", 5))).containsExactly("d/c");
    assertThat(store.scan("d/", "d/c", 5)).isEmpty();
    assertThat(store.scan("d/", "e", 5)).isEmpty();
    assertThat(keys(store.scan("d/", "c", 5))).containsExactly("d/a", "d/c");
  }

  @Test
  void emptyPrefixMeansEverything() {
    store.write(new WriteBatch().put("z", bytes("1")).put("a", bytes("2")));

    assertThat(keys(store.scan("", "", 10))).containsExactly("a", "z");
  }

  @Test
  void valuesSurviveReopening() {
    store.write(new WriteBatch().put("a", bytes("1")));
    store.close();
    store = open(directory);

    assertThat(store.get("a")).hasValue(bytes("1"));
  }

  @Test
  void behavesAsASortedMapUnderRandomChanges() {
    Random random = new Random(42);
    TreeMap<String, String> model = new TreeMap<>();
    for (int round = 0; round < 200; round++) {
      WriteBatch batch = new WriteBatch();
      for (int change = 0; change < 10; change++) {
        String key = "k/" + random.nextInt(60);
        if (random.nextInt(3) == 0) {
          batch.delete(key);
          model.remove(key);
        } else {
          String value = Integer.toString(random.nextInt());
          batch.put(key, bytes(value));
          model.put(key, value);
        }
      }
      store.write(batch);
      if (round % 50 == 49) {
        store.close();
        store = open(directory);
      }
    }
    List<String> found = new ArrayList<>();
    for (RecordStore.Entry entry : store.scan("k/", "", 1000)) {
      found.add(entry.key() + "=" + new String(entry.value(), UTF_8));
    }
    assertThat(found)
        .containsExactlyElementsOf(
            model.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
  }

  @Test
  void readersNeverSeeHalfABatch() throws InterruptedException {
    store.write(new WriteBatch().put("x/1", bytes("0")).put("x/2", bytes("0")));
    CountDownLatch begun = new CountDownLatch(1);
    Thread writer =
        Thread.ofPlatform()
            .name("contract-writer")
            .start(
                () -> {
                  for (int i = 1; i <= 200; i++) {
                    byte[] value = bytes(Integer.toString(i));
                    store.write(new WriteBatch().put("x/1", value).put("x/2", value));
                    begun.countDown();
                  }
                });
    begun.await();
    while (writer.isAlive()) {
      List<RecordStore.Entry> both = store.scan("x/", "", 2);
      assertThat(both.get(0).value()).isEqualTo(both.get(1).value());
    }
    writer.join();
  }

  @Test
  void transactionSeesItsOwnChangesAndNobodyElseDoesUntilItIsWritten() {
    store.write(
        new WriteBatch().put("d/a", bytes("1")).put("d/b", bytes("2")).put("e", bytes("x")));
    DirectTransaction transaction = new DirectTransaction(store);
    transaction.put("d/c", bytes("3"));
    transaction.put("d/a", bytes("4"));
    transaction.delete("d/b");

    assertThat(transaction.get("d/a")).hasValue(bytes("4"));
    assertThat(transaction.get("d/b")).isEmpty();
    assertThat(transaction.get("e")).hasValue(bytes("x"));
    assertThat(texts(transaction.scan("d/", "", 10))).containsExactly("d/a=4", "d/c=3");
    assertThat(texts(store.scan("d/", "", 10))).containsExactly("d/a=1", "d/b=2");

    transaction.commit();
    assertThat(texts(store.scan("", "", 10))).containsExactly("d/a=4", "d/c=3", "e=x");
    assertThat(transaction.changes()).isEmpty();
  }

  @Test
  void transactionThatIsNotWrittenChangesNothing() {
    DirectTransaction transaction = new DirectTransaction(store);
    transaction.put("a", bytes("1"));
    byte[] given = bytes("2");
    transaction.put("b", given);
    given[0] = 'x';
    transaction.get("b").orElseThrow()[0] = 'y';
    transaction.scan("b", "", 1).getFirst().value()[0] = 'z';

    assertThat(transaction.get("b")).hasValue(bytes("2"));
    assertThat(store.get("a")).isEmpty();
  }

  @Test
  void transactionIsALayerOverASortedMapUnderRandomChanges() {
    long seed = 43;
    Random random = new Random(seed);
    TreeMap<String, String> model = new TreeMap<>();
    for (int round = 0; round < 60; round++) {
      DirectTransaction transaction = new DirectTransaction(store);
      for (int change = 0; change < 40; change++) {
        String key = (random.nextBoolean() ? "k/" : "l/") + random.nextInt(150);
        if (random.nextInt(2) == 0) {
          transaction.delete(key);
          model.remove(key);
        } else {
          transaction.put(key, bytes("v" + round));
          model.put(key, "v" + round);
        }
      }
      for (String prefix : List.of("k/", "l/", "")) {
        String after = random.nextBoolean() ? "" : "k/" + random.nextInt(150);
        int limit = 1 + random.nextInt(200);
        assertThat(texts(transaction.scan(prefix, after, limit)))
            .as("seed %d, round %d, prefix '%s' after '%s'", seed, round, prefix, after)
            .containsExactlyElementsOf(
                model.tailMap(after, false).entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith(prefix))
                    .limit(limit)
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .toList());
      }
      transaction.commit();
    }
  }

  @Test
  void transactionChecksItsLimitsAtOnce() {
    DirectTransaction transaction = new DirectTransaction(store);
    byte[] large = new byte[RecordStore.MAX_VALUE_BYTES + 1];

    assertThatThrownBy(() -> transaction.put("a", large))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> transaction.delete("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> transaction.scan("", "", 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(transaction.batch().isEmpty()).isTrue();
  }

  @Test
  void limitsAreKept() {
    String longest = "k".repeat(RecordStore.MAX_KEY_BYTES);
    store.write(new WriteBatch().put(longest, bytes("1")));

    assertThat(store.get(longest)).hasValue(bytes("1"));
    assertThatThrownBy(() -> store.get(longest + "k"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1024");
    assertThatThrownBy(() -> new WriteBatch().put("", bytes("1")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new WriteBatch().put("big", new byte[RecordStore.MAX_VALUE_BYTES + 1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.scan("", "", RecordStore.MAX_SCAN + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.scan("", "", 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void closedStoreRefusesLoudly() {
    store.close();
    store.close();

    assertThatThrownBy(() -> store.get("a")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> store.write(new WriteBatch().delete("a")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> store.scan("", "", 1)).isInstanceOf(IllegalStateException.class);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static List<String> texts(List<RecordStore.Entry> entries) {
    return entries.stream()
        .map(entry -> entry.key() + "=" + new String(entry.value(), UTF_8))
        .toList();
  }

  private static List<String> keys(List<RecordStore.Entry> entries) {
    return entries.stream().map(RecordStore.Entry::key).toList();
  }
}
