package io.flotilla.rollout.gate;

import io.flotilla.rollout.gate.References.Candidate;
import io.flotilla.rollout.gate.Unit.Change;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A fleet with labels: devices differ for good, what happens at a site hits all of its devices, and
 * what happens in the world hits all. Rows of a device within a period are right or wrong with one
 * probability.
 */
final class SimulatedFleet {
  private static final double BASE = 0.10;

  private final SplittableRandom random;
  private final int rows;
  private final int sites;
  private final double[] own;
  private final double[] weather;
  private double world;

  /** What a simulation is like. */
  record Shape(int devices, int sites, int rows) {}

  SimulatedFleet(Shape shape, SplittableRandom random) {
    this.random = random;
    this.rows = shape.rows();
    this.sites = shape.sites();
    this.own = new double[shape.devices()];
    this.weather = new double[shape.sites()];
    for (int d = 0; d < own.length; d++) {
      own[d] = 0.06 * random.nextGaussian();
    }
  }

  List<Integer> shuffled() {
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < own.length; d++) {
      order.add(d);
    }
    Collections.shuffle(order, new Random(random.nextLong()));
    return order;
  }

  /** Time goes on: the world and every site change. */
  void next() {
    world = 0.02 * random.nextGaussian();
    for (int s = 0; s < weather.length; s++) {
      weather[s] = 0.02 * random.nextGaussian();
    }
  }

  /** Share of wrong rows in this period. */
  double measure(int device, double loss) {
    double wrong =
        Math.clamp(BASE + own[device] + world + weather[device % sites] + loss, 0.005, 0.95);
    int bad = 0;
    for (int r = 0; r < rows; r++) {
      bad += random.nextDouble() < wrong ? 1 : 0;
    }
    return (double) bad / rows;
  }

  Map<String, String> labels(int device) {
    return Map.of("site", "s" + device % sites);
  }

  /**
   * Treats devices while the others go on, and turns each into a unit with its references.
   *
   * @param treated the devices of this wave
   * @param loss what the version adds to the share of wrong rows
   */
  List<Unit> wave(List<Integer> treated, Set<Integer> done, double loss) {
    next();
    double[] before = new double[own.length];
    for (int d = 0; d < own.length; d++) {
      before[d] = measure(d, done.contains(d) ? loss : 0);
    }
    done.addAll(treated);
    next();
    List<Candidate> free = new ArrayList<>();
    for (int d = 0; d < own.length; d++) {
      if (!done.contains(d)) {
        free.add(new Candidate("d" + d, labels(d), new Change(measure(d, 0), before[d])));
      }
    }
    List<Unit> units = new ArrayList<>();
    Set<String> used = new HashSet<>();
    for (int d : treated) {
      free.removeIf(candidate -> used.contains(candidate.device()));
      List<Candidate> chosen = References.choose(labels(d), free);
      chosen.forEach(candidate -> used.add(candidate.device()));
      if (!chosen.isEmpty()) {
        units.add(
            new Unit(
                new Change(measure(d, loss), before[d]),
                chosen.stream().map(Candidate::change).toList()));
      }
    }
    return units;
  }
}
