package io.flotilla.agent.testing;

import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.Changes;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Real stores whose process dies right after a given number of writes: nothing is written later.
 */
public final class CuttingStores implements AgentStore.Factory {
  private final AgentStore.Factory real;
  private final int writes;
  private final AtomicInteger made = new AtomicInteger();

  /** Stores that take this many writes. */
  public CuttingStores(AgentStore.Factory real, int writes) {
    this.real = real;
    this.writes = writes;
  }

  /** Whether the cut has come. */
  public boolean cut() {
    return made.get() > writes;
  }

  @Override
  public AgentStore open(Path directory) {
    AgentStore store = real.open(directory);
    return new AgentStore() {
      @Override
      public Optional<byte[]> value(String name) {
        return store.value(name);
      }

      @Override
      public Optional<byte[]> entry(long number) {
        return store.entry(number);
      }

      @Override
      public void write(Changes changes) {
        if (made.incrementAndGet() > writes) {
          throw new FlotillaException(ErrorCode.DISK_FULL, "cut after " + writes + " writes");
        }
        store.write(changes);
      }

      @Override
      public void sync() {
        store.sync();
      }

      @Override
      public void close() {
        store.close();
      }
    };
  }
}
