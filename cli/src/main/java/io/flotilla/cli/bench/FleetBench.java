package io.flotilla.cli.bench;

import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.cli.bench.Figure.Bar;
import io.flotilla.cli.child.ChildProcess;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.load.LoadFleet;
import io.flotilla.cli.load.LoadTally;
import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.TlsIdentity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * What a controller does for a whole fleet on one machine: registering, connecting, storing,
 * assigning, and coming back after a kill; and a bare broker that carries the same messages. The
 * devices share the processors with the controller, so that their share is measured too.
 *
 * @param plan how large
 * @param clock the time
 * @param remarks for whoever waits
 */
record FleetBench(FleetPlan plan, Clock clock, Consumer<String> remarks) {
  private static final String BENCH = "fleet";
  private static final Duration LONG = Duration.ofMinutes(15);
  private static final Bar.None NONE = new Bar.None();
  private static final double MILLION = 1e6;
  private static final double MEMORY_BAR_MB = 2000;
  private static final String CONTROLLER = "controller";

  /** What is measured, and where it is told. */
  private record Run(Supplier<ProcessHandle> server, LoadFleet fleet, Consumer<Figure> figures) {
    LoadTally tally() {
      return fleet.tally();
    }

    ProcessHandle process() {
      return server.get();
    }

    void tell(String benchCase, String name, double value, String unit, Bar bar) {
      figures.accept(new Figure(BENCH, benchCase, name, value, unit, bar));
    }
  }

  /** Measures; each figure is given as soon as it is known. */
  void run(Path folder, Consumer<Figure> figures) throws IOException {
    remarks.accept(
        "the controller, the devices and this bench share %d processors"
            .formatted(Runtime.getRuntime().availableProcessors()));
    Floor floor;
    try (FleetWorld world = FleetWorld.start(folder, clock)) {
      CertificateAuthority authority = world.authority();
      Map<String, TlsIdentity> identities = enrol(world, authority, figures);
      floor = new Floor(authority, identities, world.assignmentKey());
      try (LoadFleet fleet =
          new LoadFleet(world.broker(), identities, world.assignmentKey(), clock)) {
        Run run = new Run(() -> world.controller().handle(), fleet, figures);
        double few = connect(run, 0, plan.few());
        double fewCost = status(run, plan.few(), CONTROLLER);
        double many = connect(run, plan.few(), plan.connected());
        double manyCost = status(run, plan.connected(), CONTROLLER);
        flat(run, new double[] {few, many, fewCost, manyCost});
        assign(run, world);
        new PingBench(world, plan.connected()).run(figures);
        comeBack(run, world);
        count(run, world);
      }
    }
    floor(folder, floor, figures);
  }

  private Map<String, TlsIdentity> enrol(
      FleetWorld world, CertificateAuthority authority, Consumer<Figure> figures) {
    long begin = System.nanoTime();
    Map<String, TlsIdentity> identities =
        new Enrolling(world.api(), authority.server().authority())
            .enrol(
                plan.devices(),
                plan.connected(),
                done -> remarks.accept("%d of %d enrolled".formatted(done, plan.devices())));
    double seconds = (System.nanoTime() - begin) / 1e9;
    String name = "%d registered".formatted(plan.devices());
    figures.accept(new Figure(BENCH, name, "enrolled", plan.devices() / seconds, "1/s", NONE));
    double resident = FleetWorld.residentMegabytes(world.controller().handle());
    figures.accept(
        new Figure(BENCH, name, "memory", resident, "MB", new Bar.AtMost(MEMORY_BAR_MB)));
    return identities;
  }

  /** All of them at once; gives the megabytes that the controller holds then. */
  private double connect(Run run, int from, int to) {
    String name = "%d connected".formatted(to);
    double cpu = FleetWorld.cpuSeconds(run.process());
    long attempts = run.tally().attempts();
    run.fleet().connect(from, to);
    double seconds = settled(run, to);
    run.tell(name, "storm", seconds, "s", NONE);
    run.tell(
        name, "attempts", (double) (run.tally().attempts() - attempts) / (to - from), "x", NONE);
    run.tell(name, "connects", (to - from) / seconds, "1/s", NONE);
    double cost = (FleetWorld.cpuSeconds(run.process()) - cpu) * 1000 / (to - from);
    run.tell(name, "controllerCpuPerConnect", cost, "ms", NONE);
    return memory(run, name);
  }

  private double settled(Run run, int devices) {
    long[] told = {System.nanoTime()};
    return FleetWorld.await(
        devices + " devices",
        LONG,
        () -> {
          if (System.nanoTime() - told[0] > Duration.ofSeconds(10).toNanos()) {
            told[0] = System.nanoTime();
            remarks.accept("%d of %d known".formatted(run.tally().known(), devices));
          }
          return run.tally().known() >= devices;
        });
  }

  private double memory(Run run, String name) {
    double resident = FleetWorld.residentMegabytes(run.process());
    run.tell(name, "memory", resident, "MB", new Bar.AtMost(MEMORY_BAR_MB));
    return resident;
  }

  /** A stream of messages; gives the controller's microseconds for each. */
  private double status(Run run, int devices, String who) {
    boolean floor = !who.equals(CONTROLLER);
    String name = "%s: status of %d".formatted(who, devices);
    Flow flow = flow(run, devices);
    run.tell(
        name,
        "rate",
        flow.perSecond(),
        "1/s",
        floor ? NONE : new Bar.AtLeast(plan.statusPerSecond() * 0.99));
    Histogram latencies = flow.latencies();
    double p99 = latencies.getValueAtPercentile(99) / MILLION;
    double longest = latencies.getMaxValue() / MILLION;
    run.tell(name, "p50", latencies.getValueAtPercentile(50) / MILLION, "ms", NONE);
    run.tell(name, "p99", p99, "ms", floor ? NONE : new Bar.AtMost(100));
    run.tell(name, "longest", longest, "ms", floor ? NONE : new Bar.AtMost(1000));
    run.tell(name, "lost", flow.lost(), "", new Bar.AtMost(0));
    run.tell(name, "cpuPerMessage", flow.cpuMicros(), "us", NONE);
    run.tell(name, "loadCpuPerMessage", flow.loadCpuMicros(), "us", NONE);
    if (!floor) {
      memory(run, name);
    }
    return flow.cpuMicros();
  }

  /** What came of a stream. */
  private record Flow(
      double perSecond, Histogram latencies, double lost, double cpuMicros, double loadCpuMicros) {}

  private Flow flow(Run run, int devices) {
    LoadTally tally = run.tally();
    ProcessHandle self = ProcessHandle.current();
    // The first seconds are the compiler's.
    run.fleet().stream(
        devices,
        plan.statusPerSecond(),
        () -> FleetWorld.pause(Math.min(10, plan.seconds()) * 1000L));
    FleetWorld.await("the last answers", LONG, () -> tally.stored() == tally.said());
    tally.takeLatencies();
    long stored = tally.stored();
    double cpu = FleetWorld.cpuSeconds(run.process());
    double own = FleetWorld.cpuSeconds(self);
    long begin = System.nanoTime();
    run.fleet().stream(
        devices, plan.statusPerSecond(), () -> FleetWorld.pause(plan.seconds() * 1000L));
    double rate = (double) (tally.stored() - stored) / ((System.nanoTime() - begin) / 1e9);
    FleetWorld.await("the last answers", LONG, () -> tally.stored() == tally.said());
    double count = (double) (tally.stored() - stored);
    return new Flow(
        rate,
        tally.takeLatencies(),
        (double) (tally.said() - tally.stored()),
        (FleetWorld.cpuSeconds(run.process()) - cpu) * MILLION / count,
        (FleetWorld.cpuSeconds(self) - own) * MILLION / count);
  }

  /** What one device more costs, beside what one of the first cost. */
  private void flat(Run run, double[] measured) {
    int more = plan.connected() - plan.few();
    run.tell("one device more", "memory", (measured[1] - measured[0]) * 1000 / more, "kB", NONE);
    run.tell(
        "one device more",
        "cpuPerMessageRatio",
        measured[3] / measured[2],
        "x",
        new Bar.AtMost(1.25));
  }

  private void assign(Run run, FleetWorld world) throws IOException {
    Json version = world.register();
    Json wish =
        Json.object()
            .put("model", "bench")
            .put("version", version.get("version").asInt())
            .put("selector", Enrolling.selector())
            .put("confirmDevices", plan.connected());
    long begin = System.nanoTime();
    Json rollout = world.api().post("/rollouts", wish);
    FleetWorld.await("assignments", LONG, () -> run.tally().assigned() >= plan.connected());
    double seconds = (System.nanoTime() - begin) / 1e9;
    String name = "rollout to %d".formatted(plan.connected());
    run.tell(name, "assignments", plan.connected() / seconds, "1/s", new Bar.AtLeast(1000));
    run.tell(name, "forged", (double) run.tally().forged(), "", new Bar.AtMost(0));
    String path = "/rollouts/" + rollout.text("id");
    FleetWorld.await(
        "the rollout",
        LONG,
        () -> {
          FleetWorld.pause(100);
          return world.api().get(path).text("state").equals("COMPLETED");
        });
    run.tell(name, "completed", (System.nanoTime() - begin) / 1e9, "s", NONE);
    memory(run, name);
  }

  /** The controller and its broker are killed with messages on their way. */
  private void comeBack(Run run, FleetWorld world) {
    String name = "kill and return of %d".formatted(plan.connected());
    run.fleet().stream(
        plan.connected(),
        Math.max(1, plan.statusPerSecond() / 10),
        () -> killAndReturn(run, world, name));
    FleetWorld.await("the last answers", LONG, () -> run.tally().stored() == run.tally().said());
    memory(run, name);
  }

  private void killAndReturn(Run run, FleetWorld world, String name) {
    FleetWorld.pause(1000);
    world.controller().kill();
    FleetWorld.await("the loss", LONG, () -> run.tally().connected() == 0);
    long attempts = run.tally().attempts();
    long begin = System.nanoTime();
    world.startController();
    run.tell(name, "start", (System.nanoTime() - begin) / 1e9, "s", NONE);
    settled(run, plan.connected());
    run.tell(name, "settled", (System.nanoTime() - begin) / 1e9, "s", NONE);
    long tries = run.tally().attempts() - attempts;
    run.tell(name, "attempts", (double) tries / plan.connected(), "x", NONE);
  }

  /** Reads back what is stored: each message once. */
  private void count(Run run, FleetWorld world) {
    List<String> events = world.events("io.flotilla.device.event", "detail");
    Set<String> distinct = new HashSet<>(events);
    // Besides events each device said three things of its assignment, and one of each command.
    long said = run.tally().said() - 3 * run.tally().assigned() - run.tally().commanded();
    run.tell("everything stored", "lost", (double) (said - distinct.size()), "", new Bar.AtMost(0));
    run.tell("everything stored", "twice", events.size() - distinct.size(), "", new Bar.AtMost(0));
    run.tell("everything stored", "messages", events.size(), "", NONE);
  }

  /** What the bare broker needs. */
  private record Floor(
      CertificateAuthority authority,
      Map<String, TlsIdentity> identities,
      VerifyingKey assignments) {}

  /** The same messages through the broker alone, acknowledged and not stored. */
  private void floor(Path folder, Floor floor, Consumer<Figure> figures) throws IOException {
    Path own = Files.createDirectories(folder.resolve("floor"));
    List<String> command =
        List.of(
            "bench",
            "broker",
            "--pki",
            folder.resolve("controller/pki").toString(),
            "--data",
            own.toString());
    try (ChildProcess broker =
        ChildProcess.start("broker", folder.resolve("broker.err"), command)) {
      Json ready = broker.await("ready", Duration.ofMinutes(1), event -> {});
      URI address = URI.create(ready.text("broker"));
      try (LoadFleet fleet =
          new LoadFleet(address, floor.identities(), floor.assignments(), clock)) {
        Run run = new Run(broker::handle, fleet, figures);
        fleet.acknowledge(address, CertificateAuthority.CONTROLLER, floor.authority().controller());
        fleet.connect(0, plan.connected());
        double seconds = settled(run, plan.connected());
        String name = "bare broker: %d connected".formatted(plan.connected());
        run.tell(name, "connects", plan.connected() / seconds, "1/s", NONE);
        status(run, plan.connected(), "bare broker");
        double resident = FleetWorld.residentMegabytes(run.process());
        run.tell(name, "memory", resident, "MB", NONE);
      }
    }
  }
}
