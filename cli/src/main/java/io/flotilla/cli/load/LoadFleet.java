package io.flotilla.cli.load;

import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.controller.identity.TlsIdentity;
import io.flotilla.protocol.topic.Topics;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Many {@link LoadDevice}s on two event loops. Thread-safe. */
public final class LoadFleet implements AutoCloseable {
  private static final int LOOPS = 2;
  private static final long TICK_MICROS = 1_000;
  private static final long CARE_MILLIS = 1_000;

  private final NioEventLoopGroup group = new NioEventLoopGroup(LOOPS);
  private final List<LoadDevice> devices = new ArrayList<>();
  private final LoadTally tally = new LoadTally();
  private final List<MqttSession> others = new ArrayList<>();

  /**
   * Devices that are not connected yet.
   *
   * @param broker {@code mqtts://host:port}
   * @param identities by device id; not empty
   * @param assignments verifies what they are told to run
   */
  public LoadFleet(
      URI broker, Map<String, TlsIdentity> identities, VerifyingKey assignments, Clock clock) {
    LoadTls tls = new LoadTls(identities.values().iterator().next());
    MqttSession.Net net = new MqttSession.Net(broker, tls, tally);
    LoadDevice.Fleet fleet =
        new LoadDevice.Fleet(new Topics(Topics.DEFAULT_TENANT), assignments, clock);
    identities.forEach(
        (id, identity) -> {
          tls.add(id, identity);
          devices.add(new LoadDevice(id, group.next(), net, fleet));
        });
    var _ =
        group
            .next()
            .scheduleAtFixedRate(this::care, CARE_MILLIS, CARE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** What happens. */
  public LoadTally tally() {
    return tally;
  }

  /** All connect at once: those from this place up to the other. */
  public void connect(int from, int to) {
    devices.subList(from, to).forEach(device -> device.loop().execute(device::start));
  }

  /** Has a stand-in for a controller at the same broker, with this certificate. */
  public void acknowledge(URI broker, String clientId, TlsIdentity identity) {
    LoadTls tls = new LoadTls(identity);
    tls.add(clientId, identity);
    Acknowledger acknowledger =
        new Acknowledger(
            clientId,
            group.next(),
            new MqttSession.Net(broker, tls, new LoadTally()),
            new Topics(Topics.DEFAULT_TENANT));
    others.add(acknowledger);
    acknowledger.loop().execute(acknowledger::start);
  }

  /** A stream of messages that are due at even distances, whatever becomes of them. */
  private final class Stream {
    private final List<ScheduledFuture<?>> ticks = new ArrayList<>();

    /**
     * Begins now.
     *
     * @param among devices that take turns: the first so many
     * @param perSecond messages each second, of all together
     */
    Stream(int among, int perSecond) {
      for (int loop = 0; loop < LOOPS; loop++) {
        List<LoadDevice> mine = new ArrayList<>();
        for (int place = loop; place < among; place += LOOPS) {
          mine.add(devices.get(place));
        }
        if (!mine.isEmpty()) {
          Source source = new Source(mine, (double) perSecond * mine.size() / among);
          ticks.add(
              mine.getFirst()
                  .loop()
                  .scheduleAtFixedRate(source::tick, 0, TICK_MICROS, TimeUnit.MICROSECONDS));
        }
      }
    }

    /** Nothing more is due. */
    void end() {
      ticks.forEach(tick -> tick.cancel(false));
    }
  }

  /**
   * Has devices say things at even distances, whatever becomes of them, for as long as something
   * else lasts.
   *
   * @param among devices that take turns: the first so many
   * @param perSecond messages each second, of all together
   * @param meanwhile what it lasts as long as
   */
  public void stream(int among, int perSecond, Runnable meanwhile) {
    Stream stream = new Stream(among, perSecond);
    try {
      meanwhile.run();
    } finally {
      stream.end();
    }
  }

  /** One event loop's share of a stream; confined to it. */
  private static final class Source {
    private final List<LoadDevice> devices;
    private final double nanosApart;
    private final long begin = System.nanoTime();
    private long count;

    Source(List<LoadDevice> devices, double perSecond) {
      this.devices = devices;
      this.nanosApart = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    void tick() {
      long now = System.nanoTime();
      for (long due = due(); due <= now; due = due()) {
        devices.get((int) (count % devices.size())).report(due);
        count++;
      }
    }

    private long due() {
      return begin + (long) (count * nanosApart);
    }
  }

  private void care() {
    for (LoadDevice device : devices) {
      device.loop().execute(() -> device.passTime(System.nanoTime()));
    }
    others.forEach(other -> other.loop().execute(() -> other.keepAlive(System.nanoTime())));
  }

  /** Ends all connections without a goodbye. */
  @Override
  public void close() {
    devices.forEach(device -> device.loop().execute(device::stop));
    others.forEach(other -> other.loop().execute(other::stop));
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
