package io.flotilla.agent.app;

import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.Changes;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The name of one process life. It counts the lives of its folder, so that a seeded simulation that
 * starts twice never gives the same name to two of them.
 *
 * @param text a count and 32 random bits
 */
record BootId(String text) {
  private static final String COUNT = "agent/boots";

  static BootId next(AgentStore store, RandomGenerator random) {
    long count = store.value(COUNT).map(bytes -> ByteBuffer.wrap(bytes).getLong()).orElse(0L) + 1;
    store.write(new Changes().put(COUNT, ByteBuffer.allocate(Long.BYTES).putLong(count).array()));
    return new BootId(count + "-" + HexFormat.of().toHexDigits(random.nextInt()));
  }

  /** Lives of the folder so far, this one included. */
  long lives() {
    return Long.parseLong(text.substring(0, text.indexOf('-')));
  }

  /** Names of spools, 128 random bits each. */
  static Supplier<String> spoolIds(RandomGenerator random) {
    SplittableRandom own = new SplittableRandom(random.nextLong());
    return () ->
        HexFormat.of().toHexDigits(own.nextLong()) + HexFormat.of().toHexDigits(own.nextLong());
  }
}
