package io.flotilla.simulator.app;

import io.flotilla.agent.identity.Claim;
import io.flotilla.agent.store.rocksdb.RocksStores;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.hardware.simulated.SimulatedAccelerator;
import io.flotilla.simulator.camera.Camera;
import io.flotilla.simulator.command.FleetEvent.DeviceStatus;
import io.flotilla.simulator.digits.DigitRow;
import io.flotilla.simulator.digits.Digits;
import io.flotilla.simulator.fleet.FleetConfig;
import io.flotilla.simulator.fleet.HardwareMix;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** All devices of one process. Called by one thread; the devices work on threads of their own. */
final class Fleet implements AutoCloseable {
  private static final int MOST_THREADS = 4;
  private static final long POLL_MILLIS = 50;

  // configuration
  private final FleetConfig config;
  private final List<DigitRow> pool;
  private final Accelerator cpu = OnnxAccelerators.cpu();
  private final Map<String, SimulatedDevice> devices = new LinkedHashMap<>();

  // the run
  private final RocksStores stores = new RocksStores();
  private final SimulatedDevice.Surroundings process;
  private final Workers workers =
      new Workers(Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()));

  Fleet(FleetConfig config, FleetLog log) {
    this.config = config;
    this.process = new SimulatedDevice.Surroundings(stores, log);
    this.pool = Digits.load().split(config.seed()).pool();
    for (int number = 1; number <= config.devices(); number++) {
      SimulatedDevice device = new SimulatedDevice(number, config.directory());
      devices.put(device.id(), device);
    }
  }

  List<String> ids() {
    return List.copyOf(devices.keySet());
  }

  /**
   * Gives every device without identity one.
   *
   * @param progress told the number of devices done
   */
  void enrol(LongConsumer progress) {
    List<Runnable> tasks = new ArrayList<>();
    int used = 0;
    int place = 0;
    boolean byPlace = config.claims().size() >= devices.size();
    for (SimulatedDevice device : devices.values()) {
      if (!device.enrolled()) {
        int index = byPlace ? place : used++;
        if (index >= config.claims().size()) {
          throw new FlotillaException(
              ErrorCode.INPUT_INVALID,
              "there are %d claims, which is not enough for the devices without identity"
                  .formatted(config.claims().size()));
        }
        Claim claim = Claim.parse(config.claims().get(index));
        tasks.add(() -> device.enrol(config, claim));
      }
      place++;
    }
    workers.runAll(tasks, progress);
  }

  /** Starts every agent; a device with an agent keeps it. */
  void start(LongConsumer progress) {
    HardwareMix mix = new HardwareMix(config.devices());
    List<Runnable> tasks = new ArrayList<>();
    int number = 0;
    for (SimulatedDevice device : devices.values()) {
      number++;
      Accelerator accelerator =
          switch (mix.of(number)) {
            case GPU -> SimulatedAccelerator.gpu(cpu);
            case FPGA -> SimulatedAccelerator.fpga(cpu);
            case CPU, NPU -> cpu;
          };
      tasks.add(() -> device.start(config, pool, accelerator, process));
    }
    workers.runAll(tasks, progress);
  }

  /**
   * Lets every device score.
   *
   * @param progress told the number of windows done over all devices
   * @return predictions made
   */
  long feed(int windows, int rows, LongConsumer progress) {
    AtomicLong done = new AtomicLong();
    List<Runnable> tasks = new ArrayList<>();
    for (SimulatedDevice device : devices.values()) {
      tasks.add(
          () -> {
            for (int window = 0; window < windows; window++) {
              device.feed(rows);
              progress.accept(done.incrementAndGet());
            }
            device.flush();
          });
    }
    workers.runAll(tasks, ended -> {});
    return (long) devices.size() * windows * rows;
  }

  /** Lets the devices that have a committed version score; returns predictions made. */
  long feedScoring(int rows) {
    List<Runnable> tasks = new ArrayList<>();
    for (SimulatedDevice device : devices.values()) {
      if (device.scoring()) {
        tasks.add(() -> device.feed(rows));
      }
    }
    workers.runAll(tasks, ended -> {});
    return (long) tasks.size() * rows;
  }

  void degrade(List<String> ids, Camera camera) {
    List<SimulatedDevice> chosen = new ArrayList<>();
    for (String id : ids) {
      SimulatedDevice device = devices.get(id);
      if (device == null) {
        throw new FlotillaException(ErrorCode.DEVICE_NOT_FOUND, "this fleet has no device " + id);
      }
      chosen.add(device);
    }
    chosen.forEach(device -> device.degrade(camera));
  }

  List<DeviceStatus> status() {
    return devices.values().stream().map(SimulatedDevice::status).toList();
  }

  /** Writes the true labels of all predictions; returns how many. */
  long labels(Path file) {
    long count = 0;
    try (OutputStream out = Files.newOutputStream(file)) {
      for (SimulatedDevice device : devices.values()) {
        count += device.labels(out);
      }
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "cannot write the labels to " + file, e);
    }
    return count;
  }

  /**
   * Waits until the controller has acknowledged every spool.
   *
   * @param stop ends the wait early
   * @return records still unacknowledged; 0 if all is well
   */
  long drain(int timeoutSeconds, CountDownLatch stop) throws InterruptedException {
    devices.values().forEach(SimulatedDevice::flush);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
    long left = unacknowledged();
    while (left > 0 && System.nanoTime() < end && !stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      left = unacknowledged();
    }
    return left;
  }

  private long unacknowledged() {
    return devices.values().stream().mapToLong(SimulatedDevice::unacknowledged).sum();
  }

  /** Stops every agent, then closes what they share. */
  @Override
  public void close() {
    List<Runnable> tasks = new ArrayList<>();
    devices.values().forEach(device -> tasks.add(device::close));
    try (Workers closing = Workers.oneEach();
        stores;
        workers) {
      closing.runAll(tasks, ended -> {});
    }
  }
}
