package io.flotilla.controller.gate;

import io.flotilla.controller.core.Transaction;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.Target;
import io.flotilla.rollout.gate.Verdict;
import java.util.List;
import java.util.Optional;

/** Rollouts, as far as their gates are concerned. Core thread. */
public interface GatedRollouts {
  /** Rollouts without gates. */
  GatedRollouts NONE =
      new GatedRollouts() {
        @Override
        public List<Rollout> gated(Transaction tx) {
          return List.of();
        }

        @Override
        public Optional<Target> target(Transaction tx, String rollout, String device) {
          return Optional.empty();
        }

        @Override
        public void judged(Transaction tx, String rollout, List<Verdict> verdicts, long nowMs) {
          throw new IllegalStateException("no rollout has gates");
        }
      };

  /** The rollouts that have gates, have opened a wave, and are not over. */
  List<Rollout> gated(Transaction tx);

  /** A device in a rollout; empty if it is in none, or its turn has not come. */
  Optional<Target> target(Transaction tx, String rollout, String device);

  /** Hands verdicts to a rollout, which keeps them and does what its plan says. */
  void judged(Transaction tx, String rollout, List<Verdict> verdicts, long nowMs);
}
