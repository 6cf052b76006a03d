/** Figures, tables and failures as text for people. Pure; never prints and never asks a clock. */
package io.nereid.launcher.render;
