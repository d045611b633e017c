package io.flotilla.controller.app;

import io.flotilla.controller.core.Table;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;

/**
 * Ports that were taken when a free one was asked for. Devices and operators know them, so a
 * restarted controller takes the same ones.
 *
 * @param http port of the API; 0 if none was taken yet
 * @param mqtt port of the embedded broker; 0 if none was taken yet
 */
record Ports(int http, int mqtt) {
  private static final Table<Ports> TABLE = Table.of("controller", Ports.class);
  private static final String KEY = TABLE.key("ports");

  static Ports read(RecordStore store) {
    return store
        .get(KEY)
        .map(bytes -> RecordCodec.decode(bytes, Ports.class))
        .orElse(new Ports(0, 0));
  }

  void write(RecordStore store) {
    if (!equals(read(store))) {
      store.write(new WriteBatch().put(KEY, RecordCodec.encode(this)));
    }
  }

  /** The port to bind: the one asked for, or where any will do, the one of before. */
  static int choose(int asked, int before) {
    return asked == 0 ? before : asked;
  }
}
