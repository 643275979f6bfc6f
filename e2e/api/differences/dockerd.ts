/** dockerd 20.10 speaks API 1.41: what came later is tested on Longshore alone, by the words of the API's own reference. */
export const DOCKERD: Readonly<Record<string, string>> = {
  'hostile files > an archive that is cut changes nothing': 'dockerd takes a cut file for a whole one',
  'hostile files > an upload whose client goes away leaves nothing half made': 'dockerd keeps what came',
  'hostile files > devices that reach the host’s disks or memory are refused':
    'dockerd makes them: only the cgroup of devices keeps them from use',
  'image archives > every name in an archive is its digest, and saving again gives the same bytes':
    'dockerd 20.10 saves no OCI layout',
  'image archives > an archive compressed with zstd is loaded': 'dockerd takes zstd since 23.0',
  'image archives > OCI layouts of other tools are loaded': 'dockerd loads OCI layouts since 25.0',
  'image archives > other tools read the OCI layout of what is saved': 'dockerd 20.10 saves no OCI layout',
  'skopeo > reads the very manifest that was pulled after a push':
    'dockerd unpacks a layer and compresses it anew, so the manifest that it pushes is another',
  'push > what was pulled goes out byte for byte, whatever its media types':
    'dockerd unpacks a layer and compresses it anew, so the manifest that it pushes is another',
  'push > since API 1.46 a platform may be asked for, and must be the image’s': 'API 1.46',
  'Docker Hub > layers of zstd': 'dockerd 20.10 knows gzip, bzip2 and xz',
  'Docker Hub > a token that runs out in the middle of a pull is got anew':
    'dockerd keeps a token for the seconds that it was given for, and gives up when it ends sooner',
  'platforms > several stand under one name, and the one that runs here is meant by it':
    'dockerd 20.10 keeps one platform of an image',
  'platforms > since API 1.47 a list tells what each name stands for': 'API 1.47',
  'platforms > since API 1.48 an image that was here with other layers is counted as well': 'API 1.48',
  'platforms > since API 1.48 inspect and history take a platform': 'API 1.48',
  'platforms > since API 1.50 one platform is removed and the name stays': 'API 1.50',
  'platforms > removing the name removes every platform': 'dockerd 20.10 keeps one platform of an image',
  'platforms > a name goes out whole when all of it is here, and else what is here':
    'dockerd 20.10 keeps one platform of an image',
  'platforms > a single image for another platform comes with a warning':
    'dockerd 20.10 says so only when a container is made of it',
  'log drivers > who follows a log that is begun anew loses no line and sees none twice':
    'dockerd 20.10 shows lines twice, or ends with an error',
  'mounts > a part of a volume, and never a way out of it (API 1.45)': 'API 1.45',
  'mounts > a bind source is made by the long form when asked (API 1.42)': 'API 1.42',
  'mounts > read-only holds for what is mounted below, unless asked otherwise (API 1.44)': 'API 1.44',
  'mounts > an image is mounted whole and read-only, and kept as long as a container has it (API 1.48)':
    'API 1.48',
  'disk usage > of chosen types alone, since API 1.42': 'API 1.42',
  'api versions > 1.42 to 1.51 are spoken, with what changed in them': 'API 1.42',
  'what images tell > since API 1.42 shared sizes are counted when asked for': 'API 1.42',
  'pulls > the old format is refused, saying what it is': 'dockerd 20.10 still reads the old format',
  'pulls > a foreign layer is taken from a registry that has it, else said to be one':
    'dockerd 20.10 says only that the blob is unknown',
  'event filters > what is no filter is refused':
    'dockerd passes over a filter that it does not know in silence',
  'kinds of networks > macvlan without a parent: containers have each other':
    'dockerd makes a dummy device for it, which this kernel does not have',
  'kinds of networks > since API 1.44 a container is created with several networks, since 1.48 one is the way out':
    'API 1.44 and 1.48',
}
