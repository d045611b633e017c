package io.flotilla.agent.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.agent.spool.Spool.Alongside;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.rocksdb.RocksStores;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.topic.UpKind;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A spool, its sender and a model controller with a network between them that drops, duplicates,
 * reorders and cuts, on virtual time; the agent's life ends and begins again, the controller dies
 * between storing and acknowledging. Whatever happens, each message is stored once, in order.
 */
class SpoolExactnessTest {
  private static final int MESSAGES = 400;
  private static final long STEP_MS = 50;
  private static final int MOST_STEPS = 200_000;

  @TempDir Path root;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89})
  void storesEveryMessageExactlyOnceInOrder(long seed) {
    try (RocksStores stores = new RocksStores();
        World world = new World(stores, root.resolve("store-" + seed), seed)) {
      int steps = 0;
      while (world.stored.size() < MESSAGES) {
        world.step();
        assertThat(++steps).as("steps with seed %d", seed).isLessThan(MOST_STEPS);
      }
      for (int i = 0; i < MESSAGES; i++) {
        assertThat(world.stored.get(i)).as("message %d with seed %d", i, seed).isEqualTo(i);
      }
      world.calm();
      assertThat(world.spool.status().bytes()).as("left over with seed %d", seed).isZero();
    }
  }

  private static final class World implements AutoCloseable {
    private final RocksStores stores;
    private final Path folder;
    private final Random random;
    private final List<SpooledEnvelope> upward = new ArrayList<>();
    private final List<Ack> downward = new ArrayList<>();
    private final List<Integer> stored = new ArrayList<>();
    private AgentStore store;
    private Spool spool;
    private SendWindow window;
    private boolean connected;
    private long through;
    private int offered;
    private int lives;
    private long nowMs;

    World(RocksStores stores, Path folder, long seed) {
      this.stores = stores;
      this.folder = folder;
      this.random = new Random(seed);
      this.store = stores.open(folder);
      this.spool = life();
      this.window = new SendWindow(0);
    }

    void step() {
      nowMs += STEP_MS;
      if (offered < MESSAGES && random.nextInt(3) == 0) {
        byte[] body = ByteBuffer.allocate(4).putInt(offered++).array();
        spool.offer(UpKind.EVENTS, body, Alongside.NOTHING);
      }
      if (random.nextInt(4) == 0) {
        spool.sync();
      }
      if (random.nextInt(200) == 0) {
        restart();
      }
      if (random.nextInt(connected ? 60 : 5) == 0) {
        flip();
      }
      deliver();
      send();
    }

    /** No more faults: everything settles. */
    void calm() {
      for (int i = 0; i < 2_000; i++) {
        nowMs += STEP_MS;
        spool.sync();
        if (!connected) {
          flip();
        }
        while (!upward.isEmpty()) {
          control(upward.removeFirst(), true);
        }
        while (!downward.isEmpty()) {
          acknowledge(downward.removeFirst());
        }
        send();
      }
    }

    private void flip() {
      connected = !connected;
      if (connected) {
        window.connected(nowMs);
        downward.add(new Ack(1, spool.status().spoolId(), through));
      } else {
        window.disconnected();
        upward.clear();
        downward.clear();
      }
    }

    private void send() {
      window.tick(nowMs);
      OptionalLong next = window.toSend(spool.status().durable());
      while (next.isPresent()) {
        SpooledEnvelope envelope = spool.envelope(next.getAsLong()).orElseThrow();
        window.sent(envelope.body().length, nowMs);
        if (random.nextInt(10) > 0) {
          upward.add(random.nextInt(upward.size() + 1), envelope);
        }
        if (random.nextInt(10) == 0) {
          upward.add(envelope);
        }
        next = window.toSend(spool.status().durable());
      }
    }

    private void deliver() {
      while (!upward.isEmpty() && random.nextInt(3) > 0) {
        control(upward.removeFirst(), random.nextInt(10) > 0);
      }
      while (!downward.isEmpty() && random.nextInt(3) > 0) {
        Ack ack = downward.removeFirst();
        if (random.nextInt(10) > 0) {
          acknowledge(ack);
        }
      }
    }

    private void control(SpooledEnvelope envelope, boolean answers) {
      if (envelope.sequence() == through + 1) {
        through++;
        stored.add(ByteBuffer.wrap(envelope.body()).getInt());
      }
      if (answers) {
        downward.add(new Ack(1, envelope.spoolId(), through));
      }
    }

    private void acknowledge(Ack ack) {
      Spool.Outcome outcome = spool.acknowledged(ack.spoolId(), ack.through());
      assertThat(outcome).isNotEqualTo(Spool.Outcome.RENAMED);
      window.released(spool.status().released(), nowMs);
    }

    private void restart() {
      store.close();
      store = stores.open(folder);
      spool = life();
      window = new SendWindow(spool.status().released());
      connected = false;
      upward.clear();
      downward.clear();
    }

    private Spool life() {
      lives++;
      return Spool.open(store, SpoolLimits.DEFAULT, () -> "the-spool", "boot-" + lives);
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
