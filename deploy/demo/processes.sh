# shellcheck shell=bash
# Private child processes: started, watched, and ended with the script that sources this.

declare -A pids=()
order=()
processes_dir=''

# When a process began, in clock ticks after boot: with its number, that names it for good.
begun_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

processes_begin() {
  processes_dir=$1
  : >"$processes_dir/pids"
  echo "up $$ $(begun_at $$)" >>"$processes_dir/pids"
}

# start NAME COMMAND...: in a session of its own, so that Ctrl-C reaches only the script; killed by the
# kernel when the script is. Descriptors 5 and 6 are habilitd's sockets, 9 is the lock.
start() {
  local name=$1
  shift
  if [[ $name == habilitd ]]; then
    setsid setpriv --pdeathsig TERM -- "$@" >>"$processes_dir/log/$name.log" 2>&1 9>&- </dev/null &
  else
    setsid setpriv --pdeathsig TERM -- "$@" >>"$processes_dir/log/$name.log" 2>&1 9>&- 5>&- 6>&- </dev/null &
  fi
  pids[$name]=$!
  [[ " ${order[*]} " == *" $name "* ]] || order+=("$name")
  echo "$name ${pids[$name]} $(begun_at "${pids[$name]}")" >>"$processes_dir/pids"
}

is_running() { kill -0 "${pids[$1]}" 2>/dev/null; }

tell_end_of() {
  echo "demo: $1 has ended; the last lines of $processes_dir/log/$1.log:" >&2
  tail -5 "$processes_dir/log/$1.log" | sed 's/^/  /' >&2
}

# wait_for NAME SECONDS PROBE: until the probe succeeds; an end of the process or of the time is an error.
wait_for() {
  local name=$1 end=$((SECONDS + $2)) told=$((SECONDS + 2))
  until "$3"; do
    if ! is_running "$name"; then
      tell_end_of "$name"
      exit 1
    fi
    if ((SECONDS >= end)); then
      echo "demo: $name does not answer after $2 s; see $processes_dir/log/$name.log" >&2
      exit 1
    fi
    if ((SECONDS >= told)); then
      echo "demo: waiting for $name"
      told=$((SECONDS + 5))
    fi
    sleep 0.05
  done
}

# Until a process ends. With restart=yes it is started again; else that is an error.
watch_processes() {
  local name
  while true; do
    wait -n 2>/dev/null || true
    for name in "${order[@]}"; do
      is_running "$name" && continue
      tell_end_of "$name"
      # shellcheck disable=SC2154
      [[ $restart == yes ]] || exit 1
      "start_$name"
      write_demo_json
    done
  done
}

stop_one() {
  local pid=${pids[$1]:-} i
  if [[ -z $pid ]] || ! kill -TERM "$pid" 2>/dev/null; then return 0; fi
  for ((i = 0; i < 200; i++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
}

# In the order that loses nothing: no new requests, then the program, then the directory.
stop_all() {
  trap '' INT TERM HUP
  local name
  for name in nginx habilitd slapd; do stop_one "$name"; done
  rm -f "$processes_dir/demo.json" "$processes_dir/pids"
}
