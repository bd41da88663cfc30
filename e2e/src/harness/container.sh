# A root file system as an image has it, in a mount namespace of its own, and a command in it without any rights.
#   container.sh ROOT NODE UID GID GROUPS WORKDIR MOUNT... -- COMMAND...    MOUNT is ro|rw:SOURCE:TARGET
# The base image is this machine's own programs and libraries; nothing else of the machine is seen. Only mounts that say so
# can be written to. Started by container.ts through unshare: all mounts end with the process.
set -eu
root=$1 node=$2 uid=$3 gid=$4 groups=$5 workdir=$6
shift 6
mount -t tmpfs -o mode=0755 tmpfs "$root"
mkdir -p "$root/usr" "$root/etc" "$root/proc" "$root/dev" "$root/tmp"
mount -o bind,ro /usr "$root/usr"
for name in bin sbin lib lib64; do
  if [ -h "/$name" ]; then cp -P "/$name" "$root/$name"; elif [ -d "/$name" ]; then
    mkdir "$root/$name"
    mount -o bind,ro "/$name" "$root/$name"
  fi
done
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
for name in ssl alternatives ld.so.cache nsswitch.conf; do
  [ ! -e "/etc/$name" ] || cp -RP "/etc/$name" "$root/etc/$name"
done
echo "image:x:$uid:$gid::/tmp:/bin/sh" >"$root/etc/passwd"
mkdir -p "$root/opt/node/bin"
touch "$root/opt/node/bin/node"
mount -o bind,ro "$node" "$root/opt/node/bin/node"
while [ "$1" != -- ]; do
  mode=${1%%:*}
  rest=${1#*:}
  source=${rest%%:*}
  target=$root${rest#*:}
  if [ -d "$source" ]; then mkdir -p "$target"; else
    mkdir -p "$(dirname "$target")"
    touch "$target"
  fi
  mount -o "bind,$mode" "$source" "$target"
  shift
done
shift
mount -o remount,ro "$root"
exec chroot "$root" /usr/bin/setpriv --reuid "$uid" --regid "$gid" --groups "$groups" --no-new-privs --inh-caps=-all \
  /bin/sh -c 'cd "$0" && exec "$@"' "$workdir" "$@"
