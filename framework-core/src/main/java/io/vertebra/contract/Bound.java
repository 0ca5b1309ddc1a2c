package io.vertebra.contract;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A class with all of its type arguments known. */
record Bound(Class<?> raw, List<Bound> arguments) {
  private static final int DEEPEST = 16;

  /** Binds the type of a component, taking type variables from the record that owns it. */
  static Bound of(Type type, Bound owner) throws UnboundException {
    if (type instanceof Class<?> raw) {
      return of(raw);
    }
    if (type instanceof TypeVariable<?> variable) {
      int index = Arrays.asList(owner.raw.getTypeParameters()).indexOf(variable);
      if (index >= 0) {
        return owner.arguments.get(index);
      }
    }
    if (type instanceof ParameterizedType parameterized) {
      List<Bound> arguments = new ArrayList<>();
      for (Type argument : parameterized.getActualTypeArguments()) {
        arguments.add(of(argument, owner));
      }
      Bound bound = new Bound((Class<?>) parameterized.getRawType(), List.copyOf(arguments));
      if (bound.depth() > DEEPEST) {
        throw new UnboundException(
            "the type arguments of " + bound.raw.getSimpleName() + " are nested too deep");
      }
      return bound;
    }
    throw new UnboundException(type.getTypeName() + " is not bound to a type");
  }

  /** A class that has no type parameters, or is used without its arguments as the framework never reads them. */
  static Bound of(Class<?> raw) throws UnboundException {
    if (raw.isRecord() && raw.getTypeParameters().length > 0) {
      throw new UnboundException(raw.getSimpleName() + " is generic; name its type arguments");
    }
    return new Bound(raw, List.of());
  }

  private int depth() {
    int deepest = 0;
    for (Bound argument : arguments) {
      deepest = Math.max(deepest, argument.depth());
    }
    return deepest + 1;
  }

  /** The simple name with arguments, for instance {@code Page<Order>}. */
  @Override
  public String toString() {
    return arguments.isEmpty()
        ? raw.getSimpleName()
        : raw.getSimpleName()
            + arguments.stream().map(Bound::toString).collect(Collectors.joining(", ", "<", ">"));
  }

  /** A type argument is missing. */
  static final class UnboundException extends Exception {
    private static final long serialVersionUID = 1L;

    UnboundException(String reason) {
      super(reason, null, false, false);
    }
  }
}
