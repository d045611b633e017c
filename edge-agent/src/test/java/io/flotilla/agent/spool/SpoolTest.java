package io.flotilla.agent.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.agent.spool.Spool.Alongside;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.rocksdb.RocksStores;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.topic.UpKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  private static final SpoolLimits SMALL = new SpoolLimits(64 << 10, 16 << 10);

  @TempDir Path root;
  private RocksStores stores;
  private AgentStore store;
  private Spool spool;
  private int ids;
  private int lives;

  @BeforeEach
  void open() {
    stores = new RocksStores();
    reopen();
  }

  @AfterEach
  void close() {
    store.close();
    stores.close();
  }

  @Test
  void numbersRunWithoutGapsOverRestarts() {
    offer(3);
    store.close();
    reopen();
    offer(2);
    spool.sync();
    assertThat(spool.status().last()).isEqualTo(5);
    for (long n = 1; n <= 5; n++) {
      assertThat(spool.envelope(n).orElseThrow().sequence()).isEqualTo(n);
    }
    assertThat(spool.envelope(1).orElseThrow().bootId()).isEqualTo("boot-1");
    assertThat(spool.envelope(5).orElseThrow().bootId()).isEqualTo("boot-2");
  }

  @Test
  void handsNothingOutBeforeItWouldSurviveAPowerCut() {
    offer(1);
    assertThat(spool.envelope(1)).isEmpty();
    spool.sync();
    assertThat(spool.envelope(1)).isPresent();
  }

  @Test
  void releasesOnlyWhatIsAcknowledged() {
    offer(4);
    spool.sync();
    String id = spool.status().spoolId();
    assertThat(spool.acknowledged(id, 2)).isEqualTo(Spool.Outcome.RELEASED);
    assertThat(spool.acknowledged(id, 1)).isEqualTo(Spool.Outcome.NOTHING_NEW);
    assertThat(spool.acknowledged("another", 4)).isEqualTo(Spool.Outcome.FOREIGN);
    assertThat(spool.envelope(2)).isEmpty();
    assertThat(spool.envelope(3)).isPresent();
    store.close();
    reopen();
    assertThat(spool.status().released()).isEqualTo(2);
    assertThat(spool.acknowledged(id, 4)).isEqualTo(Spool.Outcome.RELEASED);
    assertThat(spool.status().bytes()).isZero();
  }

  @Test
  void refusesAtTheDoorWhenTheBudgetIsUsedUpButKeepsRoomForProgress() {
    byte[] big = new byte[10_000];
    int admitted = 0;
    while (spool.offer(UpKind.CAPTURE, big, Alongside.NOTHING)) {
      admitted++;
    }
    assertThat(admitted).isEqualTo(6);
    assertThat(spool.status().last()).isEqualTo(6);
    assertThat(spool.offer(UpKind.PROGRESS, new byte[100], Alongside.NOTHING)).isTrue();
    spool.sync();
    spool.acknowledged(spool.status().spoolId(), 3);
    assertThat(spool.offer(UpKind.CAPTURE, big, Alongside.NOTHING)).isTrue();
    assertThat(spool.status().last()).isEqualTo(8);
  }

  @Test
  void writesWhatGoesAlongsideAlsoWhenItRefuses() {
    byte[] big = new byte[60_000];
    spool.offer(UpKind.CAPTURE, big, Alongside.NOTHING);
    boolean admitted =
        spool.offer(
            UpKind.CAPTURE,
            big,
            (taken, changes) ->
                changes.put(
                    "note", (taken ? "taken" : "refused").getBytes(StandardCharsets.UTF_8)));
    assertThat(admitted).isFalse();
    assertThat(store.value("note")).contains("refused".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void takesANewNameWhenTheControllerHasSeenMoreThanThisFolderRemembers() {
    offer(3);
    spool.sync();
    String before = spool.status().spoolId();
    spool.acknowledged(before, 1);
    assertThat(spool.acknowledged(before, 9)).isEqualTo(Spool.Outcome.RENAMED);
    assertThat(spool.status().spoolId()).isNotEqualTo(before);
    assertThat(spool.status().last()).isEqualTo(2);
    assertThat(spool.envelope(1).orElseThrow().body()).containsExactly(2);
  }

  @Test
  void anAcknowledgementOfLessThanWasReleasedChangesNothing() {
    offer(3);
    spool.sync();
    spool.acknowledged("spool-0", 2);
    Spool.Status before = spool.status();
    for (long old = 0; old <= 2; old++) {
      assertThat(spool.acknowledged("spool-0", old)).isEqualTo(Spool.Outcome.NOTHING_NEW);
    }
    assertThat(spool.status()).isEqualTo(before);
  }

  @Test
  void aSecondProcessCannotOpenTheFolder() {
    assertThatThrownBy(() -> stores.open(root.resolve("store")))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_LOCKED));
  }

  @Test
  void saysThatAFolderCannotBeAStore() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "no folder");
    assertThatThrownBy(() -> stores.open(file))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED));
  }

  private void offer(int count) {
    for (int i = 1; i <= count; i++) {
      spool.offer(UpKind.EVENTS, new byte[] {(byte) i}, Alongside.NOTHING);
    }
  }

  private void reopen() {
    store = stores.open(root.resolve("store"));
    lives++;
    spool = Spool.open(store, SMALL, () -> "spool-" + ids++, "boot-" + lives);
  }
}
