package io.flotilla.agent.store;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Durable memory of one agent: named values, and a log of entries numbered by the caller.
 *
 * <p>A {@linkplain #write written} change survives the death of the process at once and a power cut
 * after the next {@link #sync}. Changes become durable in the order they were written. Thread-safe.
 * Every method throws {@link io.flotilla.bundle.failure.FlotillaException} with {@code DISK_FULL}
 * if no space is left, and {@code STORE_FAILED} or {@code STORE_CORRUPT} otherwise.
 */
public interface AgentStore extends AutoCloseable {
  /** The value of this name, if any. */
  Optional<byte[]> value(String name);

  /** The log entry of this number, if it was appended and not dropped. */
  Optional<byte[]> entry(long number);

  /** Carries out all of these changes or none. */
  void write(Changes changes);

  /** Returns once everything written before the call would survive a power cut. */
  void sync();

  @Override
  void close();

  /** Opens stores; shared by all agents of a process. */
  @FunctionalInterface
  interface Factory {
    /**
     * Opens the store in this folder, making it if it is not there.
     *
     * @throws io.flotilla.bundle.failure.FlotillaException {@code STORE_LOCKED} if another process
     *     has it open; {@code STORE_CORRUPT}, {@code STORE_FAILED} or {@code DISK_FULL}
     */
    AgentStore open(Path directory);
  }
}
