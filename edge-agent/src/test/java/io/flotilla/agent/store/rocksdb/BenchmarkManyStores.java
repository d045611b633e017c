package io.flotilla.agent.store.rocksdb;

import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.Changes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What many agents' stores in one process cost: 200, each with 50 messages of 10 kB. By hand. */
public final class BenchmarkManyStores {
  private static final int STORES = 200;
  private static final int MESSAGES = 50;
  private static final int MESSAGE_BYTES = 10_000;

  private BenchmarkManyStores() {}

  /** Prints growth of resident memory and threads. */
  public static void main(String[] args) throws IOException {
    Path root = Files.createTempDirectory("many-stores");
    List<AgentStore> stores = new ArrayList<>();
    try (RocksStores factory = new RocksStores()) {
      long memory = status("VmRSS");
      long threads = status("Threads");
      for (int i = 0; i < STORES; i++) {
        AgentStore store = factory.open(root.resolve("store-" + i));
        for (int n = 1; n <= MESSAGES; n++) {
          store.write(new Changes().append(n, new byte[MESSAGE_BYTES]));
        }
        store.sync();
        stores.add(store);
      }
      System.out.printf(
          "%d stores: %d MiB, %d threads%n",
          STORES, (status("VmRSS") - memory) >> 10, status("Threads") - threads);
      stores.forEach(AgentStore::close);
    }
  }

  private static long status(String name) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }
}
