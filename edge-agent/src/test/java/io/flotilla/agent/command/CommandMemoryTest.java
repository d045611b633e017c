package io.flotilla.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.Changes;
import io.flotilla.agent.store.rocksdb.RocksStores;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeviceCommand;
import io.flotilla.protocol.message.DeviceCommand.Kind;
import io.flotilla.protocol.message.DeviceCommand.Order;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandMemoryTest {
  private static final long EXPIRY = 10_000;

  @TempDir private Path folder;

  @Test
  void remembersEachUntilItsPlaceIsNeededAndOnlyGivesUpThoseThatExpired() {
    try (RocksStores stores = new RocksStores();
        AgentStore store = stores.open(folder)) {
      CommandMemory memory = new CommandMemory(store);
      for (int i = 0; i < CommandMemory.MAX_SEEN; i++) {
        assertThat(memory.full(EXPIRY - 1)).isFalse();
        accept(store, memory, "c" + i);
      }
      assertThat(memory.full(EXPIRY - 1)).isTrue();
      assertThat(memory.full(EXPIRY)).isFalse();
      CommandMemory again = new CommandMemory(store);
      assertThat(again.full(EXPIRY - 1)).isTrue();
      accept(store, again, "next");
      assertThat(again.seen("c0")).isFalse();
      assertThat(again.seen("c1")).isTrue();
      assertThat(again.seen("next")).isTrue();
      assertThat(again.current()).isEmpty();
    }
  }

  private static void accept(AgentStore store, CommandMemory memory, String id) {
    Changes changes = new Changes();
    memory.accept(
        new DeviceCommand(
            1, "default", "dev-1", id, new Assignment.Validity(0, EXPIRY), Order.of(Kind.PING)),
        changes);
    store.write(changes);
    memory.accepted();
  }
}
