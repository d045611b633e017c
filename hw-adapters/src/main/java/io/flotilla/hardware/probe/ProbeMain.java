package io.flotilla.hardware.probe;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.capability.ProcessMemory;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.hardware.onnx.OnnxTrial;
import io.flotilla.hardware.probe.ProbeWire.Reply;
import io.flotilla.hardware.probe.ProbeWire.Request;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The process that tries models: takes requests from its standard input, answers on its standard
 * output, and ends when its input does, since that means that its parent has. What it cannot handle
 * ends it, and the parent reads its error output.
 */
public final class ProbeMain {
  /** The parent process ended, or is done. */
  static final int DONE = 75;

  private static final int WRONG_USE = 64;
  private static final double NANOS_PER_MILLI = 1e6;

  private final DataOutputStream out;

  private ProbeMain(DataOutputStream out) {
    this.out = out;
  }

  /**
   * Serves.
   *
   * @param arguments the folder for this process's own files, which goes with it
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length != 1) {
      System.err.println("usage: ProbeMain FOLDER");
      System.exit(WRONG_USE);
      return;
    }
    DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
    // Whoever prints must not end up between the answers.
    System.setOut(System.err);
    BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    Path folder = Path.of(arguments[0]);
    Thread.ofPlatform().name("requests").daemon(true).start(() -> listen(requests, folder));
    new ProbeMain(out).serve(requests);
  }

  /** Reads while a model runs too: a parent that goes away is noticed at once. */
  private static void listen(BlockingQueue<Request> requests, Path folder) {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(System.in))) {
      while (true) {
        requests.add(ProbeWire.readRequest(in));
      }
    } catch (IOException end) {
      try {
        DurableFiles.deleteTree(folder);
      } catch (IOException e) {
        System.err.println("the folder of this process is left: " + e.getMessage());
      }
      Runtime.getRuntime().halt(DONE);
    }
  }

  private void serve(BlockingQueue<Request> requests) throws IOException, InterruptedException {
    try {
      reply(new Reply.Ready(OnnxAccelerators.runtimeVersion()));
    } catch (FlotillaException e) {
      reply(new Reply.Refused(e.code(), String.valueOf(e.getMessage())));
      return;
    }
    while (true) {
      serve(requests.take());
    }
  }

  private void serve(Request request) throws IOException {
    try {
      reply(new Reply.Ran(tried(request)));
    } catch (FlotillaException e) {
      reply(
          OnnxTrial.isOutOfMemory(e)
              ? new Reply.OutOfMemory()
              : new Reply.Refused(e.code(), String.valueOf(e.getMessage())));
    } catch (OutOfMemoryError e) {
      reply(new Reply.OutOfMemory());
    }
  }

  private ProbeResult.Ran tried(Request request) throws IOException {
    long start = System.nanoTime();
    try (OnnxTrial trial = OnnxTrial.load(request.model())) {
      long loaded = System.nanoTime();
      reply(new Reply.Loaded(trial.makesUp(request.inputs().keySet())));
      long runStart = System.nanoTime();
      List<OnnxTrial.Output> outputs = run(trial, request.inputs());
      long end = System.nanoTime();
      return new ProbeResult.Ran(
          outputs.stream()
              .limit(ModelProbe.MAX_OUTPUTS)
              .map(output -> new ProbeOutput(output.name(), output.type(), output.shape()))
              .toList(),
          (loaded - start) / NANOS_PER_MILLI,
          (end - runStart) / NANOS_PER_MILLI,
          ProcessMemory.ofThisProcess().peakBytes());
    }
  }

  /** Zeros make no sense to some models: as a shape, or as a divisor. They get ones then. */
  private static List<OnnxTrial.Output> run(OnnxTrial trial, Map<String, Tensor> inputs) {
    try {
      return trial.run(inputs, false);
    } catch (FlotillaException zeros) {
      if (OnnxTrial.isOutOfMemory(zeros)) {
        throw zeros;
      }
      try {
        return trial.run(inputs, true);
      } catch (FlotillaException ones) {
        ones.addSuppressed(zeros);
        throw ones;
      }
    }
  }

  private void reply(Reply reply) throws IOException {
    ProbeWire.write(out, reply);
  }
}
