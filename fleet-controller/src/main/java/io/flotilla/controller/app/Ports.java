package io.flotilla.controller.app;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Table;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Ports that were taken when a free one was asked for. Devices and operators know them, so a
 * restarted controller takes the same ones.
 *
 * @param http port of the API; 0 if none was taken yet
 * @param mqtt port of the embedded broker; 0 if none was taken yet
 */
record Ports(int http, int mqtt) {
  private static final Table<Ports> TABLE = Table.of("controller", Ports.class);
  private static final String ID = "ports";

  static Ports read(RecordStore store) {
    return store
        .get(TABLE.key(ID))
        .map(bytes -> RecordCodec.decode(bytes, Ports.class, TABLE.key(ID)))
        .orElse(new Ports(0, 0));
  }

  void write(DecisionLoop core) {
    var _ =
        core.decide(
            tx -> {
              if (tx.get(TABLE, ID).filter(this::equals).isEmpty()) {
                tx.put(TABLE, ID, this);
              }
              return this;
            });
  }

  /**
   * Sees to it that nobody listens there yet, before anything is made for a controller that could
   * not start. A port of 0 is any free one.
   *
   * @throws FlotillaException {@code PORT_IN_USE}
   */
  static void requireFree(String host, int port) {
    if (port == 0) {
      return;
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(host, port));
    } catch (BindException e) {
      if (!String.valueOf(e.getMessage()).contains("in use")) {
        throw unusable(host, port, e);
      }
      throw new FlotillaException(
          ErrorCode.PORT_IN_USE,
          "port %d of %s is in use: stop the process that has it or choose another port"
              .formatted(port, host),
          e);
    } catch (IOException | IllegalArgumentException e) {
      throw unusable(host, port, e);
    }
  }

  private static FlotillaException unusable(String host, int port, Exception cause) {
    return new FlotillaException(
        ErrorCode.CONFIGURATION_INVALID,
        "nothing can listen on %s:%d: check the address".formatted(host, port),
        cause);
  }

  /** The port to bind: the one asked for, or where any will do, the one of before. */
  static int choose(int asked, int before) {
    return asked == 0 ? before : asked;
  }
}
